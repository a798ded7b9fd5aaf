// Reads the text of a path aloud and writes down spoken answers, with what the browser itself has.
// Buttons for it are hidden until this script finds that the browser can do it.
(() => {
  const root = document.documentElement;
  const speech = window.speechSynthesis;
  const Recognition = window.SpeechRecognition || window.webkitSpeechRecognition;
  if (speech && window.SpeechSynthesisUtterance) root.dataset.speaks = "";
  if (Recognition) root.dataset.hears = "";
  const languageOf = (element) => element.closest("[lang]")?.lang || "en";
  const press = (button, pressed) => button.setAttribute("aria-pressed", String(pressed));
  let listening = null;

  function speak(button) {
    const text = document.querySelector(button.dataset.speak);
    const wasSpeaking = button.getAttribute("aria-pressed") === "true";
    speech.cancel();
    press(button, false);
    if (wasSpeaking || !text) return;
    const said = new SpeechSynthesisUtterance(text.innerText);
    said.lang = languageOf(text);
    said.onend = said.onerror = () => press(button, false);
    press(button, true);
    speech.speak(said);
  }

  function hear(button) {
    if (listening) return listening.stop();
    const field = document.querySelector(button.dataset.hear);
    if (!field) return;
    // Listening stops the speech, which would be heard too.
    speech?.cancel();
    listening = new Recognition();
    listening.lang = document.querySelector("#part-text")?.lang || "en";
    listening.onresult = (event) => {
      field.value = [...event.results].map((result) => result[0].transcript).join(" ").trim();
      field.dispatchEvent(new Event("input", { bubbles: true }));
    };
    listening.onend = () => {
      listening = null;
      press(button, false);
      // The words are only filled in, to be corrected before they are sent.
      field.focus();
    };
    press(button, true);
    listening.start();
  }

  addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-speak], [data-hear]");
    if (button) button.dataset.speak ? speak(button) : hear(button);
  });
  addEventListener("pagehide", () => speech?.cancel());
})();
