"use strict";
/* A page that the browser kept in memory is loaded anew when the user comes back to it: answers may have changed. */
addEventListener("pageshow", (event) => {
  if (event.persisted && location.protocol === "http:") location.reload();
});
