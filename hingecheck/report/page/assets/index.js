"use strict";
/* The board: filters, sorts and pages the athletes that the page holds as JSON (page/board.py, `_row`). */
(() => {
  const PAGE = 25; // rows that are added at once
  const KEPT = 4 * PAGE; // rows that stay while the form is used: it lies above them all
  const SVG = "http://www.w3.org/2000/svg";
  const { rows, groups, limits, live, byClip } = JSON.parse(document.getElementById("data").textContent);
  const text = (r) => [r.name, r.date, r.day, r.clip, r.verdict, r.loadText, groups[r.group], r.style, r.note, ...r.words].join(" ");
  const words = rows.map((r) => text(r).toLowerCase());
  const form = document.getElementById("filters");
  const body = document.getElementById("rows");
  const compare = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" }).compare;
  let shown = [];
  let drawn = 0;

  /* --- what the coach has seen; a browser may keep nothing, then nothing is marked --- */

  const KEY = `hingecheck seen ${location.pathname}`;
  const every = rows.flatMap((r) => r.ids);
  let seen = null;
  const store = () => {
    try {
      localStorage.setItem(KEY, [...seen].join(" "));
    } catch {
      seen = null;
    }
  };
  try {
    const kept = localStorage.getItem(KEY);
    seen = new Set(kept === null ? every : kept.split(" "));
    if (kept === null) store();
  } catch {
    seen = null;
  }
  const isNew = (r) => seen !== null && r.ids.some((id) => !seen.has(id));
  const see = (ids) => {
    if (seen === null) return;
    for (const id of ids) seen.add(id);
    store();
    filter();
  };

  /* --- one row --- */

  const make = (name, content, kind) => {
    const element = document.createElement(name);
    if (content !== undefined) element.textContent = content;
    if (kind) element.className = kind;
    return element;
  };

  const cell = (kind, ...parts) => {
    const made = make("td", undefined, kind);
    made.setAttribute("role", "cell");
    made.append(...parts);
    return made;
  };

  const link = (to, content, r) => {
    if (!to) return content;
    const made = make("a");
    made.href = to;
    made.append(content);
    made.addEventListener("click", () => see(r.ids));
    made.addEventListener("auxclick", () => see(r.ids));
    return made;
  };

  const picture = (r) => {
    if (!r.picture) return cell("picture");
    const image = make("img");
    image.loading = "lazy";
    image.alt = say("Report of {0}, {1}", r.name || r.clip, r.day || say("no date"));
    image.width = 108;
    image.height = 48;
    image.src = r.picture;
    return cell("picture", link(r.report, image, r));
  };

  const who = (r) => {
    const name = make("bdi", r.name || r.clip);
    const day = make("span", r.day || say("no date"), "day");
    const parts = [link(r.page || r.report, name, r), day];
    if (!r.name) parts.push(make("span", say("athlete not known"), "day"));
    if (byClip && r.name) parts.push(make("span", r.clip, "day"));
    if (byClip && r.note) parts.push(make("span", r.note, "note"));
    if (live && r.key) parts.push(...acting(r));
    if (r.clips > 1) parts.push(make("span", say("{0} clips", r.clips), "day"));
    if (isNew(r)) parts.push(make("strong", say("new"), "new"));
    return cell("name", ...parts);
  };

  /* --- in the app: questions, and two clips to compare --- */

  const chosen = [];

  const compare2 = async () => {
    const line = document.getElementById("chosen");
    try {
      location.href = hinge.root + (await hinge.ask("POST", "compare", { a: chosen[0].key, b: chosen[1].key })).page;
    } catch (error) {
      line.textContent = error.message;
    }
  };

  const choose = (r, on) => {
    if (!on) chosen.splice(chosen.indexOf(r), 1);
    else chosen.push(r);
    if (chosen.length > 2) {
      const gone = chosen.shift();
      for (const box of body.querySelectorAll("input.pick")) if (box.value === gone.key) box.checked = false;
    }
    const line = document.getElementById("chosen");
    line.hidden = !chosen.length;
    line.textContent = chosen.map((each) => `${each.name} ${each.day} ${each.clip}`.trim()).join(" + ");
    if (chosen.length < 2) return;
    const button = make("button", say("Compare these two"));
    button.type = "button";
    button.addEventListener("click", compare2);
    line.append(" ", button);
  };

  const acting = (r) => {
    const to = make("a", say("Questions"), "ask");
    to.href = `../clips/${r.key}`;
    if (!r.report) return [to];
    const label = make("label", undefined, "pick");
    const box = make("input", undefined, "pick");
    box.type = "checkbox";
    box.value = r.key;
    box.checked = chosen.includes(r);
    box.addEventListener("change", () => choose(r, box.checked));
    label.append(box, say("compare"));
    return [to, label];
  };

  const draw = (name, values) => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(values)) element.setAttribute(key, value);
    return element;
  };

  /* The lumbar share from 0 to 1 over the newest clips, with the limits between the patterns. */
  const spark = (r) => {
    const last = r.spark.length - 1;
    if (last < 1) return cell("spark");
    const x = (i) => 5 + (110 * i) / last;
    const y = (value) => 35 - 30 * Math.min(Math.max(value, 0), 1);
    const svg = draw("svg", { viewBox: "0 0 120 40", role: "img", width: 120, height: 40 });
    svg.setAttribute("aria-label", say("Lumbar share, {0} clips: {1}", r.spark.length, r.spark.map((p) => p[1]).join(", ")));
    for (const limit of limits) svg.append(draw("line", { class: "limit", x1: 0, x2: 120, y1: y(limit), y2: y(limit) }));
    svg.append(draw("polyline", { points: r.spark.map((p, i) => `${x(i)},${y(p[0])}`).join(" ") }));
    svg.append(draw("circle", { cx: x(last), cy: y(r.spark[last][0]), r: 4 }));
    return cell("spark", svg);
  };

  const line = (i) => {
    const r = rows[i];
    const row = make("tr", undefined, `g${r.group}`);
    row.setAttribute("role", "row");
    const verdict = cell("verdict", make("span", r.verdict, "mark"));
    if (r.share) verdict.append(make("span", r.share[1], "interval"));
    row.append(picture(r), who(r), verdict, cell("words", ...r.words.map((sentence) => make("p", sentence.replaceAll(" %", "\u00a0%")))), spark(r));
    for (const [kind, content] of [["load", r.loadText], ["reps", r.reps]]) {
      const made = cell(`number ${kind}${content ? "" : " unknown"}`, content || "–");
      made.dataset.unit = r.reps === "1" ? say("rep") : say("reps");
      row.append(made);
    }
    return row;
  };

  /* --- choices of what to show: each only if the rows differ in it --- */

  const FACETS = [
    ["athlete", say("Athlete"), (r) => (byClip && r.name ? [r.name] : [])],
    ["verdict", say("Verdict"), (r) => [r.verdict]],
    ["style", say("Lift"), (r) => (r.style ? [r.style] : [])],
    ["flag", say("Flag"), (r) => r.flags],
  ];

  const facets = () => {
    for (const [name, label, of] of FACETS) {
      const values = [...new Set(rows.flatMap(of))].sort(compare);
      if (values.length < 2 && (name !== "flag" || !values.length)) continue;
      const field = make("label", label, "field");
      const select = make("select");
      select.name = name;
      select.append(new Option(say("all"), ""), ...values.map((value) => new Option(value, value)));
      field.append(" ", select);
      document.getElementById("facets").append(field);
    }
  };

  /* --- the list --- */

  // Unknown values come last, and equal ones keep the order of the board.
  const order = {
    date: (a, b) => compare(rows[b].date, rows[a].date) || rows[a].rank - rows[b].rank,
    rank: (a, b) => rows[a].rank - rows[b].rank,
    name: (a, b) => !rows[a].name - !rows[b].name || compare(rows[a].name, rows[b].name),
    share: (a, b) => !rows[a].share - !rows[b].share || (rows[a].share ? rows[b].share[0] - rows[a].share[0] : 0),
    load: (a, b) => (rows[b].load ?? -1) - (rows[a].load ?? -1),
  };

  const sorted = {};
  const inOrder = (name) => (sorted[name] ??= rows.map((_, i) => i).sort((a, b) => order[name](a, b) || a - b));

  const grow = () => {
    body.append(...shown.slice(drawn, drawn + PAGE).map(line));
    drawn = Math.min(shown.length, drawn + PAGE);
    document.getElementById("pages").hidden = drawn === shown.length;
  };

  const show = () => {
    body.replaceChildren();
    drawn = 0;
    grow();
    const fresh = rows.filter(isNew).length;
    const all = rows.length === 1 ? say("1 row") : say("{0} rows", rows.length);
    const of = shown.length === rows.length ? all : say("{0} of {1} rows", shown.length, rows.length);
    const news = fresh ? say("{0} new since your last look", fresh) : say("nothing new since your last look");
    document.getElementById("matches").textContent = seen === null ? of : `${of}, ${news}`;
    document.getElementById("new-count").textContent = fresh;
    document.getElementById("only-new").hidden = document.getElementById("seen").hidden = !fresh;
  };

  function filter() {
    const groupsShown = new Set(new FormData(form).getAll("group").map(Number));
    const searched = form.elements.words.value.normalize("NFC").toLowerCase().split(/\s+/).filter(Boolean);
    const onlyNew = form.elements.new.checked && rows.some(isNew);
    const asked = FACETS.filter(([name]) => form.elements[name]?.value).map(([name, , of]) => [form.elements[name].value, of]);
    const { from, to } = form.elements;
    const inTime = (r) => (!from.value || r.date >= from.value) && (!to.value || (r.date && r.date <= to.value));
    const fits = (r, i) =>
      groupsShown.has(r.group) && (!onlyNew || isNew(r)) && inTime(r) &&
      asked.every(([wanted, of]) => of(r).includes(wanted)) && searched.every((w) => words[i].includes(w));
    shown = inOrder(form.elements.order.value).filter((i) => fits(rows[i], i));
    show();
  }

  /* Take the rows out that lie far below, so that the first keystroke need not. */
  const trim = () => {
    if (drawn <= KEPT) return;
    for (const row of [...body.children].slice(KEPT)) row.remove();
    drawn = KEPT;
    document.getElementById("pages").hidden = false;
  };

  form.addEventListener("focusin", trim);
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("seen").addEventListener("click", () => see(every));
  document.getElementById("next").addEventListener("click", grow);
  new IntersectionObserver((seenNow) => seenNow.some((part) => part.isIntersecting) && grow(), {
    rootMargin: "800px",
  }).observe(document.getElementById("pages"));
  facets();
  filter();
})();
