// What the pages do better with a script; each of them works without it.
// Elements that only make sense with one are hidden until it runs.
"use strict";

// A button that shows what stands in a password field.
for (const button of document.querySelectorAll("button[data-reveal]")) {
  const input = document.getElementById(button.dataset.reveal);
  button.hidden = false;
  button.addEventListener("click", () => {
    const show = input.type === "password";
    input.type = show ? "text" : "password";
    button.textContent = show ? button.dataset.hide : button.dataset.show;
    button.setAttribute("aria-label", show ? button.dataset.hideLabel : button.dataset.showLabel);
    input.focus();
  });
  input.form.addEventListener("submit", () => { input.type = "password"; });
}

// The rules of a new password, ticked as it is typed.
const ruleTests = {
  length: (password, rule) => [...password].length >= Number(rule.dataset.min),
  lower: (password) => /[a-z]/.test(password),
  upper: (password) => /[A-Z]/.test(password),
  number: (password) => /[0-9]/.test(password),
  symbol: (password) => /[\^$*.[\]{}()?"!@#%&/\\,><':;|_~`=+-]|\S \S/.test(password),
};
for (const list of document.querySelectorAll("[data-rules-of]")) {
  const input = document.getElementById(list.dataset.rulesOf);
  const check = () => {
    for (const rule of list.querySelectorAll("[data-rule]")) {
      const met = input.value !== "" && ruleTests[rule.dataset.rule](input.value, rule);
      rule.classList.toggle("met", met);
      rule.querySelector("[data-met]").hidden = !met;
    }
  };
  input.addEventListener("input", check);
  check();
}

// Buttons that copy the text of another element. On the document, because the
// inbox replaces its list.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.textContent.trim());
  } catch {
    getSelection().selectAllChildren(source);
    if (!document.execCommand("copy")) return;
  }
  const label = button.querySelector("[data-done]");
  label.textContent = label.dataset.done;
  setTimeout(() => { label.textContent = label.dataset.label; }, 2000);
});
const showCopyButtons = (root) => {
  for (const button of root.querySelectorAll("button[data-copy]")) button.hidden = false;
};
showCopyButtons(document);

// A list that looks for news by itself and leaves everything alone if there is none.
for (const list of document.querySelectorAll("[data-refresh]")) {
  setInterval(async () => {
    if (document.hidden) return;
    const answer = await fetch(location.href).catch(() => null);
    if (!answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const news = page.getElementById(list.id);
    if (!news || news.dataset.newest === list.dataset.newest) return;
    list.replaceChildren(...news.childNodes);
    list.dataset.newest = news.dataset.newest;
    showCopyButtons(list);
  }, Number(list.dataset.refresh) * 1000);
}
