// amazon-cognito-identity-js: second factors and new passwords in the middle of a sign-in.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addUser, application, Browser, done, invite, newToken, nodeback, other, step, withSMS, wrongCode, wrongPassword } from './identity-support.mjs';
import { codeSentTo, totp, wrongTotp } from './support.mjs';

const phone_number = '+15550001952';
const email = 'grace.challenges@example.org';
const flows = ['USER_SRP_AUTH', 'USER_PASSWORD_AUTH'];
const named = (session) => session.getIdToken().payload['cognito:username'];

/** Answers a code that was sent by SMS, once wrongly. */
async function answerSMS(user, { CODE_DELIVERY_DELIVERY_MEDIUM, CODE_DELIVERY_DESTINATION }) {
  assert.deepEqual([CODE_DELIVERY_DELIVERY_MEDIUM, CODE_DELIVERY_DESTINATION], ['SMS', '+*******1952']);
  const code = await codeSentTo(phone_number);
  assert.match(code, /^\d{6}$/);
  await assert.rejects(step((calls) => user.sendMFACode(other(code), calls)), wrongCode);
  const { session } = await step((calls) => user.sendMFACode(code, calls));
  assert.equal(named(session), 'grace');
}

for (const flow of flows) {
  test(`${flow}: a code by SMS`, async () => {
    const app = await application({ pool: withSMS, mfa: ['ON', 'SMS_MFA'] });
    await addUser(app, 'grace', { phone_number });
    const { name, parameters, user } = await new Browser(app).signIn('grace', { flow });
    assert.equal(name, 'SMS_MFA');
    await answerSMS(user, parameters);
  });

  test(`${flow}: the user chooses between SMS and a software token`, async () => {
    const app = await application({ pool: withSMS, mfa: ['OPTIONAL', 'SMS_MFA', 'SOFTWARE_TOKEN_MFA'] });
    await addUser(app, 'grace', { phone_number });
    const browser = new Browser(app);
    const first = await browser.signIn('grace', { flow });
    const secret = await newToken(first.user);
    await done((calls) => first.user.verifySoftwareToken(totp(secret), 'phone', calls));
    const on = { Enabled: true, PreferredMfa: false };
    await nodeback((calls) => first.user.setUserMfaPreference(on, on, calls));

    const choose = async (factor) => {
      const { name, parameters, user } = await browser.signIn('grace', { flow });
      assert.equal(name, 'SELECT_MFA_TYPE');
      assert.deepEqual(JSON.parse(parameters.MFAS_CAN_CHOOSE), ['SMS_MFA', 'SOFTWARE_TOKEN_MFA']);
      const next = await step((calls) => user.sendMFASelectionAnswer(factor, calls));
      assert.equal(next.name, factor);
      return { user, parameters: next.parameters };
    };
    const bySMS = await choose('SMS_MFA');
    await answerSMS(bySMS.user, bySMS.parameters);
    const byToken = await choose('SOFTWARE_TOKEN_MFA');
    assert.equal(byToken.parameters.FRIENDLY_DEVICE_NAME, 'phone');
    const { session } = await step((calls) => byToken.user.sendMFACode(totp(secret, 1), calls, 'SOFTWARE_TOKEN_MFA'));
    assert.equal(named(session), 'grace');
  });

  test(`${flow}: a software token is set up`, async () => {
    const app = await application({ mfa: ['ON', 'SOFTWARE_TOKEN_MFA'] });
    await addUser(app, 'grace', { email });
    const browser = new Browser(app);
    const { name, parameters, user } = await browser.signIn('grace', { flow });
    assert.equal(name, 'MFA_SETUP');
    assert.deepEqual(JSON.parse(parameters.MFAS_CAN_SETUP), ['SOFTWARE_TOKEN_MFA']);
    const secret = await newToken(user);
    await assert.rejects(done((calls) => user.verifySoftwareToken(wrongTotp(secret), 'phone', calls)), {
      code: 'EnableSoftwareTokenMFAException',
      message: 'Code mismatch and fail enable Software Token MFA',
    });
    const code = totp(secret);
    assert.equal(named(await done((calls) => user.verifySoftwareToken(code, 'phone', calls))), 'grace');

    const again = await browser.signIn('grace', { flow });
    assert.equal(again.name, 'SOFTWARE_TOKEN_MFA');
    const answer = (code) => step((calls) => again.user.sendMFACode(code, calls, 'SOFTWARE_TOKEN_MFA'));
    await assert.rejects(answer(code), { code: 'ExpiredCodeException', message: 'Your software token has already been used once.' });
    assert.equal(named((await answer(totp(secret, 1))).session), 'grace');
  });

  test(`${flow}: a new password, with what is missing, and then a code by SMS`, async () => {
    const Schema = [{ Name: 'given_name', Required: true, AttributeDataType: 'String', Mutable: true }];
    const app = await application({ pool: { ...withSMS, Schema }, mfa: ['ON', 'SMS_MFA'] });
    await invite(app, 'grace', { email, phone_number });
    const browser = new Browser(app);
    const { name, attributes, required, user } = await browser.signIn('grace', { flow });
    assert.equal(name, 'NEW_PASSWORD_REQUIRED');
    assert.deepEqual(required, ['given_name']);
    assert.deepEqual(attributes, { email, email_verified: 'true', phone_number, phone_number_verified: 'true' });
    const answer = (secret, added) => step((calls) => user.completeNewPasswordChallenge(secret, added, calls));
    await assert.rejects(answer('short', { given_name: 'Grace' }), { code: 'InvalidPasswordException' });
    await assert.rejects(answer('Compilation-1952', {}), { code: 'InvalidParameterException', message: 'Invalid attributes given, given_name is missing' });
    const next = await answer('Compilation-1952', { given_name: 'Grace' });
    assert.equal(next.name, 'SMS_MFA');
    await answerSMS(user, next.parameters);

    await assert.rejects(browser.signIn('grace', { flow }), wrongPassword);
    assert.equal((await browser.signIn('grace', { flow, secret: 'Compilation-1952' })).name, 'SMS_MFA');
  });
}
