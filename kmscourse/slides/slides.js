"use strict";
(() => {
  const slides = [...document.querySelectorAll(".slide")];
  const place = document.getElementById("place");
  const wanted = () => Math.min(Math.max(Number(location.hash.slice(1)) || 1, 1), slides.length);
  let current = 0;

  function show() {
    current = wanted();
    slides.forEach((slide, index) => slide.classList.toggle("shown", index === current - 1));
    place.textContent = `${current} / ${slides.length}`;
    window.scrollTo(0, 0);
  }

  function go(to) {
    location.hash = String(Math.min(Math.max(to, 1), slides.length));
    slides[wanted() - 1].focus({ preventScroll: true });
  }

  const keys = {
    ArrowRight: () => go(current + 1),
    PageDown: () => go(current + 1),
    ArrowLeft: () => go(current - 1),
    PageUp: () => go(current - 1),
    Home: () => go(1),
    End: () => go(slides.length),
    f: () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  document.getElementById("back").addEventListener("click", () => go(current - 1));
  document.getElementById("on").addEventListener("click", () => go(current + 1));
  window.addEventListener("hashchange", show);
  show();
})();
