"use strict";
/* Plays the films of two repetitions together: both show the same time since lift-off. */
(() => {
  if (window.innerWidth > 820) for (const fold of document.querySelectorAll("details[data-wide]")) fold.open = true;
  const films = [...document.querySelectorAll("[data-film]")];
  if (!films.length) return;
  const { liftoff_s: liftoff, from_s: from, to_s: to } = JSON.parse(document.getElementById("data").textContent);
  const DRIFT = 0.04; // seconds that one film may be ahead before it is set right
  const play = document.getElementById("play");
  const place = document.getElementById("place");
  const speed = document.getElementById("speed");
  const zero = (film) => liftoff[Number(film.dataset.film)];
  let playing = false;
  let since = 0;
  place.min = from;
  place.max = to;

  const within = (film, time) => Math.min(Math.max(time, 0), Math.max((film.duration || time) - 0.02, 0));

  const tell = () => {
    const text = `${since.toFixed(2).replace("-", "−")} s`;
    document.getElementById("since").textContent = text;
    place.value = since;
    place.setAttribute("aria-valuetext", say("{0} since lift-off", text));
  };

  const seek = (time) => {
    since = Math.min(Math.max(time, from), to);
    for (const film of films) film.currentTime = within(film, zero(film) + since);
    tell();
  };

  const stop = () => {
    playing = false;
    for (const film of films) film.pause();
    play.textContent = say("Play");
    play.setAttribute("aria-pressed", "false");
  };

  /* The film that runs longest leads; the others follow it.  One that has ended, or has not begun, waits. */
  const step = () => {
    if (!playing) return;
    const leader = films.find((film) => !film.ended && !film.paused) || films[0];
    since = leader.currentTime - zero(leader);
    for (const film of films) {
      const wanted = zero(film) + since;
      if (film === leader || film.ended || wanted < 0 || wanted > film.duration) continue;
      if (Math.abs(film.currentTime - wanted) > DRIFT && !film.seeking) film.currentTime = wanted;
    }
    tell();
    if (since >= to || films.every((film) => film.ended)) stop();
    else requestAnimationFrame(step);
  };

  const start = () => {
    if (since >= to - 0.05) seek(from);
    playing = true;
    for (const film of films) {
      film.playbackRate = Number(speed.value);
      film.play().catch(stop);
    }
    play.textContent = say("Pause");
    play.setAttribute("aria-pressed", "true");
    requestAnimationFrame(step);
  };

  const missing = () => {
    document.getElementById("film-missing").hidden = false;
  };

  play.addEventListener("click", () => (playing ? stop() : start()));
  place.addEventListener("input", () => {
    stop();
    seek(Number(place.value));
  });
  speed.addEventListener("input", () => {
    for (const film of films) film.playbackRate = Number(speed.value);
  });
  for (const film of films) {
    film.addEventListener("error", missing);
    if (film.error) missing();
    film.addEventListener("loadedmetadata", () => seek(since));
  }
  seek(0);
})();
