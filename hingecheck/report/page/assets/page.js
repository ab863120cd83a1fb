"use strict";
/* Links the film, the charts and the picture of hip against low back: all show the same moment of the clip. */
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const film = document.getElementById("film");
  const place = document.getElementById("place");
  const times = data.time_s;
  const last = times.length - 1;
  const end = Math.max(times[last], 0);
  const charts = [];
  let moment = 0;
  let requested = null;

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const lineVariable = (line, index) => (colour(`--c-${line.name}`) ? `--c-${line.name}` : `--line-${index % 4}`);
  const degrees = (list) => list.map((value) => (value === null ? null : value / 100));
  const minus = (text) => text.replaceAll("-", "−");

  /* Index of the frame that the film shows at a time in seconds. */
  function frameAt(time) {
    let low = 0;
    let high = last;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (times[middle] <= time + 1e-3) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  function valueText(line, frame) {
    for (const [from, to, named] of data.held) {
      if (line.name in named && moment >= from && moment < to) return named[line.name];
    }
    return line.words[line.text[frame]];
  }

  function phaseAt(time) {
    const now = data.phases.find(([from, to]) => time >= from && time < to);
    return now ? now[2] : "";
  }

  /* --- showing a moment --- */

  function show(time) {
    moment = Math.min(Math.max(time, 0), end);
    const frame = frameAt(moment);
    const what = phaseAt(moment);
    const now = document.getElementById("now");
    now.textContent = `${moment.toFixed(2)} s${what ? `: ${what}` : ""}`;
    if (place) {
      place.value = moment;
      place.setAttribute("aria-valuetext", now.textContent);
    }
    for (const chart of charts) {
      chart.playhead.style.transform = `translateX(${chart.plot.valToPos(moment, "x")}px)`;
      const values = [];
      for (const entry of chart.entries) {
        const text = valueText(entry.line, frame);
        entry.output.textContent = text;
        if (entry.shown) values.push(`${entry.line.label} ${text}`);
      }
      chart.box.setAttribute("aria-valuenow", moment.toFixed(2));
      chart.box.setAttribute("aria-valuetext", [`${moment.toFixed(2)} s`, what, ...values].filter(Boolean).join(", "));
    }
    showCoupling(frame);
  }

  function showCoupling(frame) {
    const picture = document.getElementById("coupled");
    if (!picture) return;
    const dot = document.getElementById("coupled-now");
    const place = (name, axis) => {
      const line = data.angles.find((angle) => angle.name === name);
      const value = line ? line.value[frame] : null;
      const [low, high, start, stop] = axis.split(" ").map(Number);
      if (value === null || value / 100 < low || value / 100 > high) return null;
      return start + ((value / 100 - low) / (high - low)) * (stop - start);
    };
    const x = place("hip_flexion", picture.dataset.x);
    const y = place("lumbar_flexion", picture.dataset.y);
    dot.setAttribute("visibility", x === null || y === null ? "hidden" : "visible");
    if (x !== null && y !== null) {
      dot.setAttribute("cx", x);
      dot.setAttribute("cy", y);
    }
  }

  /* --- moving the film: one seek at a time; the newest request replaces older ones --- */

  function seek(time) {
    const to = Math.min(Math.max(time, 0), end);
    show(to);
    if (!film) return;
    requested = to;
    if (!film.seeking) seekFilm();
  }

  function seekFilm() {
    if (requested === null) return;
    const to = requested;
    requested = null;
    film.currentTime = to + 1e-3;
  }

  function follow() {
    const step = (_now, frame) => {
      show(frame ? frame.mediaTime : film.currentTime);
      if (film.requestVideoFrameCallback) film.requestVideoFrameCallback(step);
      else if (!film.paused) requestAnimationFrame(step);
    };
    if (film.requestVideoFrameCallback) film.requestVideoFrameCallback(step);
    else film.addEventListener("play", () => requestAnimationFrame(step));
    film.addEventListener("seeked", () => (requested === null ? show(film.currentTime) : seekFilm()));
    film.addEventListener("error", () => {
      document.getElementById("film-missing").hidden = false;
    });
    if (film.error) document.getElementById("film-missing").hidden = false;
    control();
    const inside = document.getElementById("film-inside");
    if (inside) {
      const bytes = Uint8Array.from(atob(inside.textContent.trim()), (letter) => letter.charCodeAt(0));
      film.src = URL.createObjectURL(new Blob([bytes], { type: "video/mp4" }));
    }
  }

  /* The controls stand below the film, because a browser's own controls would cover its lowest part. */
  function control() {
    const play = document.getElementById("play");
    const whole = document.getElementById("whole");
    const toggle = () => (film.paused ? film.play() : film.pause());
    const tell = () => {
      play.textContent = film.paused ? say("Play") : say("Pause");
    };
    for (const happened of ["play", "pause", "ended"]) film.addEventListener(happened, tell);
    play.addEventListener("click", toggle);
    film.addEventListener("click", () => document.fullscreenElement !== film && toggle());
    place.addEventListener("input", () => seek(Number(place.value)));
    const enlarge = film.requestFullscreen || film.webkitEnterFullscreen; // the second one: Safari on a phone
    whole.hidden = !enlarge;
    whole.addEventListener("click", () => enlarge.call(film));
    document.addEventListener("fullscreenchange", () => {
      film.controls = document.fullscreenElement === film;
    });
    film.controls = false;
    document.getElementById("player").hidden = false;
  }

  /* --- charts --- */

  function shade(plot) {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
    for (const rep of data.reps) {
      const from = plot.valToPos(rep.begin_s, "x", true);
      const to = plot.valToPos(rep.end_s, "x", true);
      ctx.fillStyle = colour("--band");
      ctx.fillRect(from, bbox.top, to - from, bbox.height);
      ctx.fillStyle = colour("--soft");
      ctx.fillText(say("rep {0}", `${rep.number}${rep.remarks}`), from + 4 * devicePixelRatio, bbox.top + 13 * devicePixelRatio);
    }
    ctx.restore();
  }

  function options(lines, width) {
    const series = [{}];
    const bands = [];
    lines.forEach((line, index) => {
      const name = lineVariable(line, index);
      const at = series.length;
      const dash = [[], [8, 4], [3, 3]][index % 3];
      series.push({ label: line.label, stroke: () => colour(name), width: 2, dash, show: line.shown, points: { show: false } });
      const edge = { stroke: "transparent", width: 0, show: line.shown, points: { show: false } };
      series.push({ ...edge, label: "low" }, { ...edge, label: "high" });
      bands.push({ series: [at + 2, at + 1], fill: () => `${colour(name)}2e` });
    });
    const axis = { stroke: () => colour("--soft"), grid: { stroke: () => colour("--grid"), width: 1 }, ticks: { show: false } };
    return {
      width,
      height: window.innerWidth < 820 ? 190 : 230,
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: false, range: () => [0, end] } },
      axes: [
        { ...axis, size: 28, values: (_u, ticks) => ticks.map((tick) => `${tick} s`) },
        { ...axis, size: 44, values: (_u, ticks) => ticks.map((tick) => minus(`${tick}°`)) },
      ],
      series,
      bands,
      hooks: { drawClear: [shade] },
    };
  }

  function build(box) {
    const number = Number(box.dataset.chart);
    const lines = data.angles.filter((line) => line.chart === number);
    const columns = [times];
    for (const line of lines) {
      const edge = (sign) => line.value.map((value, i) => (value === null ? null : (value + sign * line.half[i]) / 100));
      columns.push(degrees(line.value), edge(-1), edge(1));
    }
    const plot = new uPlot(options(lines, box.clientWidth), columns, box);
    const playhead = document.createElement("div");
    playhead.className = "playhead";
    plot.over.appendChild(playhead);
    const chart = { box, plot, playhead, entries: [] };
    const legend = document.querySelector(`[data-legend="${number}"]`);
    lines.forEach((line, index) => chart.entries.push(entry(chart, legend, line, index)));
    listen(chart);
    new ResizeObserver(() => {
      plot.setSize({ width: box.clientWidth, height: plot.height });
      show(moment);
    }).observe(box);
    charts.push(chart);
  }

  function entry(chart, legend, line, index) {
    const button = document.createElement("button");
    const swatch = document.createElement("span");
    const name = document.createElement("span");
    const output = document.createElement("span");
    const item = { line, output, shown: line.shown };
    button.type = "button";
    swatch.className = "swatch";
    swatch.style.background = `var(${lineVariable(line, index)})`;
    name.textContent = line.label;
    button.append(swatch, name, output);
    button.setAttribute("aria-pressed", String(line.shown));
    button.addEventListener("click", () => {
      item.shown = !item.shown;
      button.setAttribute("aria-pressed", String(item.shown));
      for (const part of [1, 2, 3]) chart.plot.setSeries(3 * index + part, { show: item.shown });
      show(moment);
    });
    legend.append(button);
    return item;
  }

  function listen({ box, plot }) {
    const at = (event) => plot.posToVal(event.clientX - plot.over.getBoundingClientRect().left, "x");
    plot.over.addEventListener("pointerdown", (event) => {
      if (event.pointerType !== "mouse") plot.over.setPointerCapture(event.pointerId);
      seek(at(event));
    });
    plot.over.addEventListener("pointermove", (event) => {
      const dragging = event.buttons > 0;
      const hovering = event.pointerType === "mouse" && (!film || film.paused);
      if (dragging || hovering) seek(at(event));
    });
    box.addEventListener("keydown", (event) => {
      const steps = {
        ArrowRight: moment + data.step_s, ArrowUp: moment + data.step_s,
        ArrowLeft: moment - data.step_s, ArrowDown: moment - data.step_s,
        PageUp: moment + 1, PageDown: moment - 1, Home: 0, End: end,
      };
      if (event.key in steps) seek(steps[event.key]);
      else if (event.key === " " && film) film.paused ? film.play() : film.pause();
      else return;
      event.preventDefault();
    });
  }

  /* --- theme and print --- */

  function redraw() {
    for (const chart of charts) chart.plot.redraw(false);
  }

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  const opened = [];
  window.addEventListener("beforeprint", () => {
    document.documentElement.classList.add("printing");
    for (const fold of document.querySelectorAll("details:not([open])")) {
      fold.open = true;
      opened.push(fold);
    }
    redraw();
  });
  window.addEventListener("afterprint", () => {
    document.documentElement.classList.remove("printing");
    while (opened.length) opened.pop().open = false;
    redraw();
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-seek]");
    if (!button) return;
    seek(Number(button.dataset.seek));
    if (button.classList.contains("picture") || !button.closest(".jumps")) {
      document.getElementById("watch").scrollIntoView({ block: "start" });
    }
  });
  if (window.innerWidth > 820) for (const fold of document.querySelectorAll("details[data-wide]")) fold.open = true;
  document.querySelectorAll("[data-chart]").forEach(build);
  if (film) follow();
  show(0);
})();
