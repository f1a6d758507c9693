/* Runs when a page is drawn, in the mark of its heading (look.py, SCRIPT); a change of the theme draws it again. */

const page = this.closest(".kms-page");
if (page.dataset.drawn) return;
page.dataset.drawn = "once";
const own = (element) => element.closest(".kms-page") === page;

/* The notebook's own keys stay out: without this, an arrow in a choice leaves the page, and dd deletes its cell.
   JupyterLab leaves keys alone at an element with this attribute (Lumino, CommandRegistry), and ipywidgets sets none. */
page.addEventListener("focusin", (event) => {
  event.target.dataset.lmSuppressShortcuts = true;
});

/* A click stays with the button that it began on: to press it leaves a field, which speaks then, and what the page
   answers can move the button away from under the mouse before that is let go (W3C, Pointer Events). */
page.addEventListener("pointerdown", (event) => {
  event.target.closest("button")?.setPointerCapture(event.pointerId);
});

/* Enter in a line of text presses the page's main button. The field is left first, and what ipywidgets then sends of it
   is on its way before the click is. Listened to on the way down: on the way up ipywidgets keeps a field's keys. */
const pressMain = (event) => {
  const line = event.target.closest("input:not([type=checkbox], [type=radio])");
  const main = [...page.querySelectorAll("button.mod-primary")].find((button) => own(button) && button.offsetParent);
  if (event.key !== "Enter" || !line || !own(line) || line.closest(".kms-search") || !main) return;
  event.preventDefault();
  line.blur();
  setTimeout(() => main.click());
};
page.addEventListener("keydown", pressMain, true);

/* An editor shows the beginning of a text that was put into it, which leaves the cursor at its end; where the learner
   was in it, it stays there. */
page.addEventListener("focusin", ({ target }) => {
  if (!target.matches(".kms-editor textarea") || target.dataset.left === target.value) return;
  if (target.selectionStart < target.value.length) return;
  target.setSelectionRange(0, 0);
  target.closest(".kms-editor").scrollTop = 0;
});
page.addEventListener("focusout", ({ target }) => {
  if (target.matches(".kms-editor textarea")) target.dataset.left = target.value;
});
