// What the tests of amazon-cognito-identity-js share: an application with its own pool,
// browsers that keep what the library stores, and its callbacks as promises.
import assert from 'node:assert/strict';
import { AuthenticationDetails, CognitoUser, CognitoUserAttribute, CognitoUserPool } from 'amazon-cognito-identity-js';
import { AdminCreateUserCommand, AdminSetUserPasswordCommand, SetUserPoolMfaConfigCommand } from '@aws-sdk/client-cognito-identity-provider';
import { api, codeSentTo, endpoint, newClient, newPool } from './support.mjs';

export const password = 'Substitution-1974';

const sms = { SmsConfiguration: { SnsCallerArn: 'arn:aws:iam::000000000000:role/sms', ExternalId: 'idpond' } };

/** Pool settings with which a phone number may be a second factor. */
export const withSMS = { ...sms, AccountRecoverySetting: { RecoveryMechanisms: [{ Name: 'verified_email', Priority: 1 }] } };

const factors = {
  SOFTWARE_TOKEN_MFA: { SoftwareTokenMfaConfiguration: { Enabled: true } },
  SMS_MFA: { SmsMfaConfiguration: sms },
};

/** Makes a pool, with MfaConfiguration and the names of factors in mfa, and a client. */
export async function application({ pool = {}, client = {}, mfa } = {}) {
  const { Id } = await newPool(pool);
  if (mfa) {
    const [MfaConfiguration, ...names] = mfa;
    await api.send(new SetUserPoolMfaConfigCommand({ UserPoolId: Id, MfaConfiguration, ...Object.assign({}, ...names.map((n) => factors[n])) }));
  }
  const { ClientId } = await newClient(Id, {
    ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
    ...client,
  });
  return { UserPoolId: Id, ClientId };
}

/** Makes a user with verified addresses whose password is temporary. */
export async function invite({ UserPoolId }, Username, attributes = {}) {
  const all = Object.entries(attributes).flatMap(([Name, Value]) =>
    Name === 'email' || Name === 'phone_number' ? [{ Name, Value }, { Name: `${Name}_verified`, Value: 'true' }] : [{ Name, Value }],
  );
  await api.send(
    new AdminCreateUserCommand({ UserPoolId, Username, TemporaryPassword: password, MessageAction: 'SUPPRESS', UserAttributes: all }),
  );
}

/** Makes a confirmed user with verified addresses. */
export async function addUser(app, Username, attributes) {
  await invite(app, Username, attributes);
  await api.send(new AdminSetUserPasswordCommand({ UserPoolId: app.UserPoolId, Username, Password: password, Permanent: true }));
}

/** A browser: it keeps what the library stores, and notes what the library asks. */
export class Browser {
  #stored = new Map();
  asked = [];

  constructor({ UserPoolId, ClientId }) {
    this.pool = new CognitoUserPool({ UserPoolId, ClientId, endpoint, Storage: this });
    const { client } = this.pool;
    const request = client.request.bind(client);
    client.request = (operation, body, done) => {
      this.asked.push(body.ChallengeName ?? operation);
      request(operation, body, done);
    };
  }

  setItem(key, value) {
    this.#stored.set(key, String(value));
  }
  getItem(key) {
    return this.#stored.get(key) ?? null;
  }
  removeItem(key) {
    this.#stored.delete(key);
  }
  clear() {
    this.#stored.clear();
  }

  user(Username) {
    return new CognitoUser({ Username, Pool: this.pool, Storage: this });
  }

  /** Signs a new user up and confirms the address. */
  async signUp(username, email) {
    const attributes = [new CognitoUserAttribute({ Name: 'email', Value: email })];
    const { user } = await nodeback((done) => this.pool.signUp(username, password, attributes, null, done));
    const code = await codeSentTo(email);
    await nodeback((done) => user.confirmRegistration(code, false, done));
  }

  /** Begins a sign-in, and gives the user with the step that follows. */
  async signIn(username, { flow = 'USER_SRP_AUTH', secret = password } = {}) {
    const user = this.user(username);
    user.setAuthenticationFlowType(flow);
    this.asked.length = 0;
    const details = new AuthenticationDetails({ Username: username, Password: secret });
    return { user, ...(await step((calls) => user.authenticateUser(details, calls))) };
  }
}

/** Turns a call with (error, result) into a promise. */
export const nodeback = (call) => new Promise((resolve, reject) => call((err, result) => (err ? reject(err) : resolve(result))));

/** Turns a call with onSuccess and onFailure into a promise. */
export const done = (call) => new Promise((onSuccess, onFailure) => call({ onSuccess, onFailure }));

/** Turns a part of a sign-in into a promise of the step that follows: its name, or DONE with the session. */
export const step = (call) =>
  new Promise((resolve, onFailure) => {
    const next = (name, parameters) => resolve({ name, parameters });
    call({
      onSuccess: (session, ask) => resolve({ name: 'DONE', session, ask: ask === true }),
      onFailure,
      mfaRequired: next,
      totpRequired: next,
      selectMFAType: next,
      mfaSetup: next,
      newPasswordRequired: (attributes, required) => resolve({ name: 'NEW_PASSWORD_REQUIRED', attributes, required }),
    });
  });

/** Begins a software token and gives its secret. */
export async function newToken(user) {
  const secret = await new Promise((associateSecretCode, onFailure) => user.associateSoftwareToken({ associateSecretCode, onFailure }));
  assert.match(secret, /^[A-Z2-7]{52}$/);
  return secret;
}

export const wrongCode = { code: 'CodeMismatchException', message: 'Invalid code or auth state for the user.' };
export const wrongPassword = { code: 'NotAuthorizedException', message: 'Incorrect username or password.' };

/** Another code of the same length. */
export const other = (code) => code.replace(/\d/g, (digit) => (Number(digit) + 1) % 10);
