// The two pages on which a browser is asked for a passkey. A form says with
// data-passkey what is wanted, get or create, and with data-options how; what the
// browser gives is posted in its hidden input, as JSON (WebAuthn Level 3 §5.1).
"use strict";

/** @param {string} text base64url @returns {ArrayBuffer} */
const bytesOf = (text) => {
  const binary = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(binary, (c) => c.charCodeAt(0)).buffer;
};

/** @param {ArrayBuffer | null | undefined} bytes @returns {string | undefined} base64url */
const textOf = (bytes) => bytes
  ? btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "")
  : undefined;

/** @param {{id: string}[]} [list] */
const withBytes = (list = []) => list.map((c) => ({ ...c, id: bytesOf(c.id) }));

// What follows stands in for the three functions of Level 3 where a browser has
// only Level 2. Extensions are not ours: the server sends none.

/** @param {PublicKeyCredentialCreationOptionsJSON} json @returns {PublicKeyCredentialCreationOptions} */
const creationOptions = (json) => PublicKeyCredential.parseCreationOptionsFromJSON?.(json) ?? ({
  ...json,
  challenge: bytesOf(json.challenge),
  user: { ...json.user, id: bytesOf(json.user.id) },
  excludeCredentials: withBytes(json.excludeCredentials),
});

/** @param {PublicKeyCredentialRequestOptionsJSON} json @returns {PublicKeyCredentialRequestOptions} */
const requestOptions = (json) => PublicKeyCredential.parseRequestOptionsFromJSON?.(json) ?? ({
  ...json,
  challenge: bytesOf(json.challenge),
  allowCredentials: withBytes(json.allowCredentials),
});

/** @param {PublicKeyCredential} credential */
const asJSON = (credential) => {
  if (credential.toJSON) return credential.toJSON();
  const { response } = credential;
  return {
    id: credential.id,
    rawId: textOf(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: {
      clientDataJSON: textOf(response.clientDataJSON),
      attestationObject: textOf(response.attestationObject),
      transports: response.getTransports?.(),
      authenticatorData: textOf(response.authenticatorData),
      signature: textOf(response.signature),
      userHandle: textOf(response.userHandle),
    },
  };
};

/** @param {HTMLFormElement} form @returns {Promise<Credential | null>} */
const ask = (form) => {
  const options = JSON.parse(form.dataset.options);
  return form.dataset.passkey === "create"
    ? navigator.credentials.create({ publicKey: creationOptions(options) })
    : navigator.credentials.get({ publicKey: requestOptions(options) });
};

/** Shows one of the page's problems and hides the others. @param {string} name */
const say = (name) => {
  const problems = [...document.querySelectorAll("[data-passkey-problem]")];
  const known = problems.some((p) => p.dataset.passkeyProblem === name) ? name : "stopped";
  document.getElementById("passkeyErrorMessage")?.remove();
  for (const p of problems) p.hidden = p.dataset.passkeyProblem !== known;
};

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const button = form.querySelector("button");
  if (!window.PublicKeyCredential || !navigator.credentials) {
    say("unsupported");
    continue;
  }
  form.hidden = false;
  button.focus();
  addEventListener("pageshow", () => { button.disabled = false; }); // back from the next page
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      const credential = await ask(form);
      form.elements.credential.value = JSON.stringify(asJSON(credential));
      form.submit();
    } catch (error) {
      // InvalidStateError: the authenticator has one of excludeCredentials already.
      say({ InvalidStateError: "exists", NotSupportedError: "unsupported", SecurityError: "unsupported" }[error.name] ?? "stopped");
      button.disabled = false;
      button.focus();
    }
  });
}
