"use strict";
(() => {
  const WIDTH = 1280, HEIGHT = 720;
  const { body } = document, root = document.documentElement, main = document.querySelector("main");
  const place = document.getElementById("place");
  let slides = [], current = 0, presenter = null;
  const began = Date.now();

  /* ---- What doesn't fit on a slide goes on on another one ---- */

  /* Where a slide may end, and how bad that is: 0 between paragraphs, more within what belongs together. */
  const ENDS = [
    [".jp-RenderedMarkdown > *, .jp-CodeCell", 0],
    [".jp-Cell-outputWrapper, .jp-OutputArea-child, .kms-card > :not(.kms-legend)", 0.12],
    [".kms-report > *, .kms-report li", 0.2],
    ["tbody > tr, li", 0.3],
  ];
  const A_LITTLE_MORE = 1.25; /* of a slide: so much may fit in smaller text */
  const WITHIN_TEXT = 0.35, AFTER_A_COLON = 0.25, ALONE = 0.35;

  const topOf = (slide, thing) => thing.getBoundingClientRect().top - slide.getBoundingClientRect().top + slide.scrollTop;
  const hasText = (node) => node.textContent.trim() !== "" || node.querySelector?.("img");

  /* A heading, or a line in bold that stands for one: nothing ends after it. */
  const isHeading = (one) => one.matches("h1, h2, h3") || (one.matches("p") && one.textContent === one.querySelector("strong")?.textContent);

  /* The outermost element that begins where this one begins: to end before it leaves nothing empty behind. */
  function outermost(element, slide) {
    let node = element;
    const before = (one) => {
      for (let other = one.previousSibling; other; other = other.previousSibling)
        if (other.nodeName !== "STYLE" && hasText(other)) return true;
      return false;
    };
    while (node.parentElement !== slide && !before(node)) node = node.parentElement;
    return node;
  }

  /* How much room a slide needs below its last line, where it ends within this element: the rims of all around it. */
  function rims(element, slide) {
    let sum = 0;
    for (let around = element; around; around = around === slide ? null : around.parentElement) {
      const { paddingBottom, borderBottomWidth, marginBottom } = getComputedStyle(around);
      sum += [paddingBottom, borderBottomWidth, marginBottom].reduce((all, one) => all + parseFloat(one), 0);
    }
    return sum;
  }

  function* ends(slide) {
    for (const [selector, cost] of ENDS) {
      for (const element of slide.querySelectorAll(selector)) {
        if (element.closest("details, aside") && !element.matches("details")) continue;
        const node = outermost(element, slide), before = node.previousElementSibling ?? node.parentElement.previousElementSibling;
        if (!before || !node.offsetParent) continue;
        if (isHeading(before)) continue;
        const announced = /:\s*$/.test(before.textContent) ? AFTER_A_COLON : 0;
        const alone = node.matches("tr:last-child") ? ALONE : 0;
        yield { top: topOf(slide, node), cost: cost + announced + alone, within: node.parentElement, set: (range) => range.setStartBefore(node) };
      }
    }
    for (const pre of slide.querySelectorAll("pre")) {
      if (pre.closest("details")) continue;
      const texts = document.createTreeWalker(pre, NodeFilter.SHOW_TEXT), range = document.createRange();
      for (let text = texts.nextNode(); text; text = texts.nextNode())
        for (let at = text.data.indexOf("\n"); at >= 0 && at + 1 < text.length; at = text.data.indexOf("\n", at + 1)) {
          const node = text, offset = at + 1;
          range.setStart(node, offset);
          range.setEnd(node, offset + 1);
          const [box] = range.getClientRects();
          range.setEndAfter(pre.lastChild);
          if (box && range.toString().trim()) yield { top: topOf(slide, { getBoundingClientRect: () => box }), cost: WITHIN_TEXT, within: node.parentElement, set: (one) => one.setStart(node, offset) };
        }
    }
  }

  function firstText(slide) {
    const shown = [...slide.querySelectorAll("p, ul, ol, pre, table, details, img, blockquote")];
    const first = shown.find((one) => !one.closest("aside, .again") && one.offsetParent);
    return first ? topOf(slide, first) : 0;
  }

  /* Each half of a table is as wide, column by column, as the whole was: else its lines would break elsewhere. */
  function keepWidths(table) {
    for (const cell of table.rows[0].cells) cell.style.width = `${cell.getBoundingClientRect().width}px`;
    Object.assign(table.style, { width: `${table.getBoundingClientRect().width}px`, tableLayout: "fixed" });
  }

  /* The next slide, with what this one has no room for; null where all of it has. */
  function continued(slide) {
    const fits = () => slide.scrollHeight <= HEIGHT;
    if (fits() || (slide.scrollHeight < HEIGHT * A_LITTLE_MORE && (slide.classList.add("tight"), fits()))) return null;
    slide.classList.remove("tight");
    const least = firstText(slide) + 20;
    let best = null;
    for (const end of ends(slide)) {
      if (end.top <= least || end.top + rims(end.within, slide) > HEIGHT) continue;
      end.worth = end.top / HEIGHT - end.cost;
      if (!best || end.worth > best.worth) best = end;
    }
    if (!best) return null;
    const range = document.createRange();
    best.set(range);
    range.setEndAfter(slide.lastChild);
    const table = range.startContainer.parentElement?.closest?.("table") ?? (range.startContainer.closest?.("table") || null);
    if (table && getComputedStyle(table).display === "table") keepWidths(table);
    const next = document.createElement("section");
    next.className = "slide";
    next.tabIndex = -1;
    next.append(range.extractContents());
    const head = next.querySelector("table");
    if (table && head && !head.tHead && table.tHead && head.tBodies[0]?.rows.length) head.prepend(table.tHead.cloneNode(true));
    const title = slide.querySelector("h1, h2, .again")?.textContent.replace("¶", "");
    const again = document.createElement("p");
    again.className = "again";
    again.textContent = title ? `${title.replace(/ …$/, "")} …` : "…";
    next.prepend(again);
    const notes = slide.querySelector("aside.notes");
    if (notes) next.prepend(notes.cloneNode(true));
    slide.after(next);
    return next;
  }

  function paginate() {
    body.classList.add("measured");
    for (const first of [...document.querySelectorAll(".slide")])
      for (let slide = first; slide; slide = continued(slide));
    body.classList.remove("measured");
    slides = [...document.querySelectorAll(".slide")];
  }

  /* ---- Showing them ---- */

  const asked = () => Math.min(Math.max(Number(location.hash.slice(1)) || 1, 1), slides.length);

  function show() {
    current = asked();
    slides.forEach((slide, index) => slide.classList.toggle("shown", index === current - 1));
    place.textContent = `${current} / ${slides.length}`;
    main.style.setProperty("--place", current / slides.length);
    slides[current - 1].scrollTop = 0;
    if (overview()) slides[current - 1].scrollIntoView({ block: "nearest" });
    present();
  }

  function go(to) {
    location.hash = String(Math.min(Math.max(to, 1), slides.length));
    slides[asked() - 1].focus({ preventScroll: !overview() });
  }

  /* On, by the part of an unfolded slide that isn't seen yet, or to the next slide. */
  function turn(direction) {
    const slide = slides[current - 1], rest = slide.scrollHeight - HEIGHT - slide.scrollTop;
    const hidden = direction > 0 ? rest > 4 : slide.scrollTop > 4;
    if (hidden && !overview()) slide.scrollBy(0, direction * (HEIGHT - 120));
    else go(current + direction);
  }

  function fit() {
    const scale = Math.min(innerWidth / WIDTH, innerHeight / HEIGHT);
    main.style.transform = `translate(${(innerWidth - WIDTH * scale) / 2}px, ${(innerHeight - HEIGHT * scale) / 2}px) scale(${scale})`;
  }

  const overview = () => body.classList.contains("overview");
  function toggleOverview(on = !overview()) {
    body.classList.toggle("overview", on);
    for (const slide of slides) {
      slide.tabIndex = on ? 0 : -1;
      for (const part of slide.children) part.inert = on; // a slide is one thing to choose there
    }
    slides[current - 1].focus({ preventScroll: false });
  }

  function useTheme(dark) {
    root.style.colorScheme = dark ? "dark" : "light";
    root.classList.toggle("dark", dark);
    present();
  }

  /* ---- The presenter's window: this slide, the next, what is folded away, and the time ---- */

  function openPresenter() {
    presenter = open("", "kmscourse-notes", "width=1180,height=760");
    if (!presenter) return;
    presenter.document.title = `Notes: ${document.title}`;
    presenter.document.head.replaceChildren(...[...document.querySelectorAll("style")].map((one) => one.cloneNode(true)));
    presenter.document.onkeydown = keydown;
    present();
  }

  function present() {
    if (!presenter || presenter.closed) return;
    const page = presenter.document, here = slides[current - 1], next = slides[current];
    const make = (name, text, style) => Object.assign(page.createElement(name), { textContent: text, style });
    const preview = (slide, zoom) => {
      const shown = page.importNode(slide, true);
      shown.classList.add("shown");
      shown.style.cssText = `zoom: ${zoom}; border: 2px solid var(--kms-edge); pointer-events: none`;
      return shown;
    };
    const notes = make("div", "", "margin-top: 12px; font-size: 20px");
    notes.append(make("p", here.querySelector("aside.notes")?.textContent ?? ""));
    for (const folded of here.querySelectorAll("details")) {
      if (folded.closest(".jp-OutputArea-output") && !folded.matches(".kms-choice")) continue;
      const opened = page.importNode(folded, true);
      opened.open = true;
      notes.append(opened);
    }
    const time = make("p", "", "margin: 0; font-size: 20px");
    const left = make("div", "", "flex: none");
    left.append(time, preview(here, 0.52), notes);
    const right = make("div", "", "flex: none");
    right.append(make("p", next ? "Next" : "This is the last slide.", "margin: 0; font-size: 20px"));
    if (next) right.append(preview(next, 0.34));
    page.documentElement.style.colorScheme = root.style.colorScheme;
    page.body.style.cssText = "display: flex; gap: 20px; padding: 16px; overflow: auto; flex-flow: row wrap; align-content: start";
    page.body.replaceChildren(left, right);
    const tick = () => {
      const seconds = Math.floor((Date.now() - began) / 1000), two = (number) => String(number).padStart(2, "0");
      time.textContent = `${current} / ${slides.length} · ${two(Math.floor(seconds / 60))}:${two(seconds % 60)} since the start`;
    };
    tick();
    clearInterval(present.clock);
    present.clock = setInterval(tick, 1000);
  }

  /* ---- Keys, buttons, sizes ---- */

  const keys = {
    ArrowRight: () => turn(1), PageDown: () => turn(1), " ": () => turn(1), ArrowDown: () => turn(1),
    ArrowLeft: () => turn(-1), PageUp: () => turn(-1), ArrowUp: () => turn(-1),
    Home: () => go(1),
    End: () => go(slides.length),
    o: () => toggleOverview(),
    Escape: () => overview() && toggleOverview(false),
    n: openPresenter,
    t: () => useTheme(!root.classList.contains("dark")),
    b: () => body.classList.toggle("blank"),
    f: () => (document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen()),
  };
  function keydown(event) {
    const key = event.key.length > 1 ? event.key : event.key.toLowerCase();
    const onControl = event.target.closest?.("summary, button, a");
    if (event.ctrlKey || event.metaKey || event.altKey || (onControl && [" ", "Enter"].includes(key))) return;
    if (overview() && key === "Enter") {
      go(slides.indexOf(document.activeElement) + 1 || current);
      toggleOverview(false);
    } else if (keys[key]) keys[key]();
    else return;
    event.preventDefault();
  }
  document.addEventListener("keydown", keydown);
  document.getElementById("back").addEventListener("click", () => turn(-1));
  document.getElementById("on").addEventListener("click", () => turn(1));
  document.getElementById("overview").addEventListener("click", () => toggleOverview());
  document.getElementById("notes").addEventListener("click", openPresenter);
  main.addEventListener("click", (event) => {
    const slide = event.target.closest(".slide");
    if (!overview() || !slide) return;
    go(slides.indexOf(slide) + 1);
    toggleOverview(false);
  });
  addEventListener("hashchange", show);
  addEventListener("resize", fit);
  useTheme(matchMedia("(prefers-color-scheme: dark)").matches);
  Promise.allSettled([...document.images].map((image) => image.decode())).then(() => {
    paginate(); /* before it is made to fit the screen: what is measured is the slide's own */
    fit();
    show();
    root.classList.add("ready");
  });
})();
