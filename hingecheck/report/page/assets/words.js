"use strict";
/* The texts of the scripts in the language of the page: English, unless the page holds another one. */
const say = (() => {
  const words = JSON.parse(document.getElementById("words").textContent);
  return (text, ...values) => (words[text] ?? text).replace(/\{(\d)\}/g, (_, n) => values[n]);
})();
