// aws-amplify: a device that was remembered proves itself in place of a code.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AdminForgetDeviceCommand } from '@aws-sdk/client-cognito-identity-provider';
import { addUser, application, begin, checkAndLeave, go, ownMail, recoverByAdmin } from './amplify-support.mjs';
import { api, codeSentTo } from './support.mjs';

const code = 'CONFIRM_SIGN_IN_WITH_EMAIL_CODE';

for (const [flow, more] of [['USER_SRP_AUTH'], ['USER_PASSWORD_AUTH'], ['USER_AUTH', { preferredChallenge: 'PASSWORD_SRP' }]]) {
  test(`a device spares ${flow} the code until it is forgotten`, async () => {
    const email = `ada.${flow.toLowerCase()}@example.org`;
    const device = { DeviceConfiguration: { ChallengeRequiredOnNewDevice: true, DeviceOnlyRememberedOnUserPrompt: false } };
    const app = await application({ pool: { ...device, ...ownMail, ...recoverByAdmin }, mfa: ['ON', 'EMAIL_OTP'], flows: [flow] });
    await addUser(app, 'ada', { email });

    await begin('ada', flow, code, more);
    await go(await codeSentTo(email), 'DONE');
    const first = (await checkAndLeave(app, 'ada')).access.device_key;
    assert.match(first, /^eu-central-1_[0-9a-f-]{36}$/);

    await begin('ada', flow, 'DONE', more);
    assert.equal((await checkAndLeave(app, 'ada')).access.device_key, first);

    await api.send(new AdminForgetDeviceCommand({ UserPoolId: app.UserPoolId, Username: 'ada', DeviceKey: first }));
    await begin('ada', flow, code, more);
    await go(await codeSentTo(email), 'DONE');
    const second = (await checkAndLeave(app, 'ada')).access.device_key;
    assert.notEqual(second, first);
  });
}
