"use strict";
/* The batch index: filters, sorts and pages the rows that the page holds as JSON (page/index.py, `_brief`). */
(() => {
  const PAGE = 50;
  const GROUP = 0, ATHLETE = 1, DATE = 2, CLIP = 3, LOAD = 4, PATTERN = 5, SHARE = 6, REPS = 7, WHY = 8, DO = 9;
  const REPORT = 10, PICTURE = 11, TREND = 12, RECENT = 13;
  const { rows, groups } = JSON.parse(document.getElementById("data").textContent);
  const labels = Object.values(groups);
  const words = rows.map((r) => [r[ATHLETE], r[DATE], r[CLIP], r[PATTERN], r[WHY], r[DO]].join(" ").toLowerCase());
  const form = document.getElementById("filters");
  const body = document.getElementById("rows");
  const heads = [...document.querySelectorAll("th[data-key]")];
  const compare = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" }).compare;
  let shown = rows.map((_, i) => i);
  let sort = { key: 0, up: true };
  let page = 0;

  const make = (name, text, kind) => {
    const element = document.createElement(name);
    if (text !== undefined) element.textContent = text;
    if (kind) element.className = kind;
    return element;
  };

  const valueOf = (i) => {
    const value = sort.key === 0 ? i : rows[i][sort.key - 1];
    return Array.isArray(value) ? value[0] : value;
  };

  // Unknown values come last in both sort directions.
  const byColumn = (a, b) => {
    const first = valueOf(a), second = valueOf(b);
    const unknown = (v) => v === null || v === "";
    if (unknown(first) || unknown(second)) return unknown(first) - unknown(second) || a - b;
    const order = typeof first === "number" ? first - second : compare(first, second);
    return (sort.up ? order : -order) || a - b;
  };

  const name = (text) => {
    const cell = make("td", undefined, "name");
    cell.append(make("bdi", text || "not known"));
    return cell;
  };

  const picture = (r) => {
    const cell = make("td");
    if (r[PICTURE]) {
      const image = make("img");
      image.loading = "lazy";
      image.alt = `Report of ${r[CLIP]}`;
      image.width = 108;
      image.height = 48;
      image.src = r[PICTURE];
      const link = make("a");
      if (r[REPORT]) link.href = r[REPORT];
      link.append(image);
      cell.append(link);
    }
    return cell;
  };

  const linked = (text, to, kind) => {
    const cell = name(text);
    if (kind) cell.classList.add(kind);
    if (to) {
      const link = make("a");
      link.href = to;
      link.append(...cell.childNodes);
      cell.append(link);
    }
    return cell;
  };

  const share = (r) => {
    const cell = make("td", r[SHARE] ? `${r[SHARE][1]} ` : "–", "number");
    if (r[SHARE]) cell.append(make("span", r[SHARE][2], "interval"));
    return cell;
  };

  const why = (r) => {
    const cell = make("td", undefined, "why");
    for (const text of [r[WHY], r[DO]]) if (text) cell.append(make("p", text));
    return cell;
  };

  const line = (i) => {
    const r = rows[i];
    const row = make("tr", undefined, `g${r[GROUP]}`);
    const place = make("td", `${i + 1} `, "place");
    place.append(make("span", labels[r[GROUP]], "mark"));
    row.append(place, picture(r), linked(r[ATHLETE], r[TREND]));
    row.append(make("td", r[DATE] || "–", "date"), linked(r[CLIP], r[REPORT], "clip"));
    row.append(make("td", r[PATTERN]), share(r), why(r));
    row.append(make("td", r[LOAD] === null ? "–" : `${r[LOAD]} kg`, "number"), make("td", r[REPS] || "–", "number"));
    return row;
  };

  const draw = () => {
    const pages = Math.max(1, Math.ceil(shown.length / PAGE));
    page = Math.min(page, pages - 1);
    body.replaceChildren(...shown.slice(page * PAGE, (page + 1) * PAGE).map(line));
    document.getElementById("matches").textContent = `${shown.length} of ${rows.length} clips`;
    document.getElementById("page").textContent = `page ${page + 1} of ${pages}`;
    document.getElementById("previous").disabled = page === 0;
    document.getElementById("next").disabled = page === pages - 1;
  };

  const filter = () => {
    const groupsShown = new Set(new FormData(form).getAll("group").map(Number));
    const searchWords = form.elements.words.value.normalize("NFC").toLowerCase().split(/\s+/).filter(Boolean);
    const all = form.elements.earlier.checked || searchWords.length > 0;
    shown = rows.map((_, i) => i).filter((i) => (all || rows[i][RECENT]) && groupsShown.has(rows[i][GROUP]) && searchWords.every((w) => words[i].includes(w)));
    shown.sort(byColumn);
    page = 0;
    draw();
  };

  const turn = (by) => {
    page += by;
    draw();
    document.querySelector(".scroll").scrollIntoView();
  };

  for (const head of heads) {
    head.querySelector("button").addEventListener("click", () => {
      const key = Number(head.dataset.key);
      sort = { key, up: key === sort.key ? !sort.up : true };
      for (const column of heads) column.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", sort.up ? "ascending" : "descending");
      filter();
    });
  }
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("previous").addEventListener("click", () => turn(-1));
  document.getElementById("next").addEventListener("click", () => turn(1));
  filter();
})();
