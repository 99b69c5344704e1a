// What the pages cannot do without a script: read the token of a link, which stands in the fragment so that no server's log has it; sign
// out, which wants a header that no other site can send; and let a session go on whose access token has run out.
const token = new URLSearchParams(location.hash.slice(1)).get("token");
const field = document.getElementById("token");
if (token && field) {
  field.value = token;
  history.replaceState(null, "", location.pathname + location.search);
}

const signOut = document.getElementById("sign-out");
signOut?.addEventListener("click", async () => {
  await fetch(signOut.dataset.url, { method: "POST", headers: { "x-csrf-token": signOut.dataset.csrf } });
  location.reload();
});

const renew = document.getElementById("renew");
if (renew && !sessionStorage.getItem("renewed")) {
  fetch(renew.dataset.url, { method: "POST", headers: { "x-session-transport": "cookie" } }).then((answer) => {
    // Once for each visit: a page that still finds nobody signed in must not go round and round.
    sessionStorage.setItem("renewed", "yes");
    if (answer.ok) location.reload();
  });
} else if (!renew) {
  sessionStorage.removeItem("renewed");
}
