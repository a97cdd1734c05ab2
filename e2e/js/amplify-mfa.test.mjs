// aws-amplify: second factors, how users choose them, and how they set them up.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fetchMFAPreference, setUpTOTP, updateMFAPreference, verifyTOTPSetup } from 'aws-amplify/auth';
import { addUser, application, begin, checkAndLeave, claims, go, invite, other, ownMail, recoverByAdmin, refused, sms, totp, wrongCode, wrongTotp } from './amplify-support.mjs';
import { codeSentTo } from './support.mjs';

const email = 'ada.mfa@example.org';
const phone_number = '+15550002843';
const everyFactor = ['SMS_MFA', 'EMAIL_OTP', 'SOFTWARE_TOKEN_MFA'];
const settings = { ...sms, ...ownMail, ...recoverByAdmin };
const used = ['ExpiredCodeException', 'Your software token has already been used once.'];
const flows = ['USER_SRP_AUTH', 'USER_PASSWORD_AUTH', 'USER_AUTH'];
const ways = { USER_AUTH: { preferredChallenge: 'PASSWORD_SRP' } };

for (const flow of flows) {
  test(`a software token is set up in the middle of ${flow}, and asked for from then on`, async () => {
    const app = await application({ mfa: ['ON', 'SOFTWARE_TOKEN_MFA'], flows: [flow] });
    await addUser(app, 'ada', { email });
    const { totpSetupDetails } = await begin('ada', flow, 'CONTINUE_SIGN_IN_WITH_TOTP_SETUP', ways[flow]);
    const { sharedSecret } = totpSetupDetails;
    assert.match(totpSetupDetails.getSetupUri('idpond').toString(), /^otpauth:\/\/totp\/idpond:ada\?secret=[A-Z2-7]{52}&issuer=idpond$/);
    await refused(go(wrongTotp(sharedSecret)), 'EnableSoftwareTokenMFAException', 'Code mismatch and fail enable Software Token MFA');
    const first = totp(sharedSecret);
    await go(first, 'DONE', { friendlyDeviceName: 'phone' });
    assert.deepEqual(await fetchMFAPreference(), { preferred: undefined, enabled: ['TOTP'] });
    await checkAndLeave(app, 'ada');

    await begin('ada', flow, 'CONFIRM_SIGN_IN_WITH_TOTP_CODE', ways[flow]);
    await refused(go(first), ...used);
    await refused(go(wrongTotp(sharedSecret)), ...wrongCode);
    await go(totp(sharedSecret, 1), 'DONE'); // the clock of the phone is ahead
    await checkAndLeave(app, 'ada');
  });
}

test('a new password, then a software token', async () => {
  const app = await application({ mfa: ['ON', 'SOFTWARE_TOKEN_MFA'] });
  await invite(app, 'ada', { email });
  await begin('ada', 'USER_SRP_AUTH', 'CONFIRM_SIGN_IN_WITH_NEW_PASSWORD_REQUIRED');
  const { totpSetupDetails } = await go('Difference-1822', 'CONTINUE_SIGN_IN_WITH_TOTP_SETUP');
  await go(totp(totpSetupDetails.sharedSecret), 'DONE');
  await checkAndLeave(app, 'ada', { email });
  await begin('ada', 'USER_SRP_AUTH', 'CONFIRM_SIGN_IN_WITH_TOTP_CODE', { secret: 'Difference-1822' });
});

test('a signed-in user sets a software token up and prefers it', async () => {
  const app = await application({ mfa: ['OPTIONAL', 'SOFTWARE_TOKEN_MFA'] });
  await addUser(app, 'ada', { email });
  await begin('ada', 'USER_SRP_AUTH', 'DONE');
  assert.deepEqual(await fetchMFAPreference(), { preferred: undefined, enabled: undefined });
  const { sharedSecret } = await setUpTOTP();
  await refused(verifyTOTPSetup({ code: wrongTotp(sharedSecret) }), 'EnableSoftwareTokenMFAException', 'Code mismatch and fail enable Software Token MFA');
  await verifyTOTPSetup({ code: totp(sharedSecret) });
  assert.deepEqual(await fetchMFAPreference(), { preferred: undefined, enabled: undefined });
  await updateMFAPreference({ totp: 'PREFERRED' });
  assert.deepEqual(await fetchMFAPreference(), { preferred: 'TOTP', enabled: ['TOTP'] });
  await checkAndLeave(app, 'ada');

  await begin('ada', 'USER_SRP_AUTH', 'CONFIRM_SIGN_IN_WITH_TOTP_CODE');
  await go(totp(sharedSecret, 1), 'DONE');
  await updateMFAPreference({ totp: 'DISABLED' });
  await checkAndLeave(app, 'ada');
  await begin('ada', 'USER_SRP_AUTH', 'DONE');
});

/** Answers the code that a step says was sent, once wrongly. */
async function answerCode({ codeDeliveryDetails: { deliveryMedium, destination } }, address) {
  assert.deepEqual([deliveryMedium, destination], address === email ? ['EMAIL', 'a***@e***'] : ['SMS', '+*******2843']);
  const code = await codeSentTo(address);
  assert.match(code, /^\d{6}$/);
  await refused(go(other(code)), ...wrongCode);
  await go(code, 'DONE');
}

for (const [name, factor, step, address] of [
  ['sms', 'SMS', 'CONFIRM_SIGN_IN_WITH_SMS_CODE', phone_number],
  ['email', 'EMAIL', 'CONFIRM_SIGN_IN_WITH_EMAIL_CODE', email],
]) {
  test(`a code by ${name} is preferred`, async () => {
    const app = await application({ pool: settings, mfa: ['OPTIONAL', ...everyFactor], flows });
    await addUser(app, 'ada', { email, phone_number });
    await begin('ada', 'USER_SRP_AUTH', 'DONE');
    await updateMFAPreference({ [name]: 'PREFERRED' });
    assert.deepEqual(await fetchMFAPreference(), { preferred: factor, enabled: [factor] });
    await checkAndLeave(app, 'ada');
    for (const flow of flows) {
      await answerCode(await begin('ada', flow, step, ways[flow]), address);
      await checkAndLeave(app, 'ada', { email, phone_number });
    }
  });
}

test('one of several factors is chosen', async () => {
  const app = await application({ pool: settings, mfa: ['OPTIONAL', ...everyFactor] });
  await addUser(app, 'ada', { email, phone_number });
  await begin('ada', 'USER_SRP_AUTH', 'DONE');
  const { sharedSecret } = await setUpTOTP();
  await verifyTOTPSetup({ code: totp(sharedSecret) });
  await updateMFAPreference({ sms: 'ENABLED', email: 'ENABLED', totp: 'ENABLED' });
  await checkAndLeave(app, 'ada');

  const select = async () => {
    const { allowedMFATypes } = await begin('ada', 'USER_SRP_AUTH', 'CONTINUE_SIGN_IN_WITH_MFA_SELECTION');
    assert.deepEqual(allowedMFATypes, ['SMS', 'EMAIL', 'TOTP']);
  };
  await select();
  await answerCode(await go('SMS', 'CONFIRM_SIGN_IN_WITH_SMS_CODE'), phone_number);
  await checkAndLeave(app, 'ada');
  await select();
  await answerCode(await go('EMAIL', 'CONFIRM_SIGN_IN_WITH_EMAIL_CODE'), email);
  await checkAndLeave(app, 'ada');
  await select();
  await go('TOTP', 'CONFIRM_SIGN_IN_WITH_TOTP_CODE');
  await go(totp(sharedSecret, 1), 'DONE');
  await checkAndLeave(app, 'ada');
});

test('a factor that the user has not got cannot be chosen', async () => {
  const app = await application({ pool: settings, mfa: ['ON', 'SMS_MFA', 'EMAIL_OTP'] });
  await addUser(app, 'ada', { email, phone_number });
  const { allowedMFATypes } = await begin('ada', 'USER_SRP_AUTH', 'CONTINUE_SIGN_IN_WITH_MFA_SELECTION');
  assert.deepEqual(allowedMFATypes, ['SMS', 'EMAIL']);
  await refused(go('TOTP'), 'InvalidParameterException');
  await answerCode(await go('EMAIL', 'CONFIRM_SIGN_IN_WITH_EMAIL_CODE'), email);
  await checkAndLeave(app, 'ada');
});

test('an e-mail address is set up in the middle of a sign-in', async () => {
  const app = await application({ pool: settings, mfa: ['ON', 'EMAIL_OTP'] });
  await addUser(app, 'ada');
  await begin('ada', 'USER_SRP_AUTH', 'CONTINUE_SIGN_IN_WITH_EMAIL_SETUP');
  await refused(go('ada@'), 'InvalidParameterException', 'Invalid email address format.');
  const next = await go(email, 'CONFIRM_SIGN_IN_WITH_EMAIL_CODE');
  await answerCode(next, email);
  await checkAndLeave(app, 'ada', { email, email_verified: true });
  await answerCode(await begin('ada', 'USER_SRP_AUTH', 'CONFIRM_SIGN_IN_WITH_EMAIL_CODE'), email);
});

test('which factor is set up is chosen', async () => {
  const app = await application({ pool: settings, mfa: ['ON', 'EMAIL_OTP', 'SOFTWARE_TOKEN_MFA'] });
  const select = async (username) => {
    await addUser(app, username);
    const { allowedMFATypes } = await begin(username, 'USER_SRP_AUTH', 'CONTINUE_SIGN_IN_WITH_MFA_SETUP_SELECTION');
    assert.deepEqual(allowedMFATypes, ['EMAIL', 'TOTP']);
  };
  await select('ada');
  await go('EMAIL', 'CONTINUE_SIGN_IN_WITH_EMAIL_SETUP');
  await answerCode(await go(email, 'CONFIRM_SIGN_IN_WITH_EMAIL_CODE'), email);
  await checkAndLeave(app, 'ada', { email });
  await select('grace');
  const { totpSetupDetails } = await go('TOTP', 'CONTINUE_SIGN_IN_WITH_TOTP_SETUP');
  await go(totp(totpSetupDetails.sharedSecret), 'DONE');
  await claims(app, 'grace');
});
