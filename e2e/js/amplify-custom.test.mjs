// aws-amplify: sign-ins that go the way that a pool's functions say. The functions are
// those of TestNode: they ask for a sum and give three tries, after the password if the
// sign-in began with one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signIn } from 'aws-amplify/auth';
import { addUser, application, begin, checkAndLeave, go, refused, wrongPassword } from './amplify-support.mjs';

const arn = (name) => `arn:aws:lambda:eu-central-1:000000000000:function:${name}`;
const pool = {
  LambdaConfig: { DefineAuthChallenge: arn('define'), CreateAuthChallenge: arn('create'), VerifyAuthChallengeResponse: arn('verify') },
};
const step = 'CONFIRM_SIGN_IN_WITH_CUSTOM_CHALLENGE';

for (const [flow, more] of [['CUSTOM_WITHOUT_SRP', { secret: '' }], ['CUSTOM_WITH_SRP']]) {
  test(flow, async () => {
    const app = await application({ pool, flows: ['CUSTOM_AUTH'] });
    await addUser(app, 'ada', { email: 'ada.custom@example.org' });
    if (flow === 'CUSTOM_WITH_SRP') {
      await refused(signIn({ username: 'ada', password: 'Wrong-1234', options: { authFlowType: flow } }), ...wrongPassword);
    }
    const { additionalInfo } = await begin('ada', flow, step, more);
    assert.deepEqual(additionalInfo, { USERNAME: 'ada', sum: '20 + 22' });
    await go('41', step);
    await go('42', 'DONE');
    await checkAndLeave(app, 'ada', { email: 'ada.custom@example.org' });

    await begin('ada', flow, step, more);
    await go('1', step);
    await go('2', step);
    await refused(go('3'), ...wrongPassword);
  });
}

test('functions that are not there', async () => {
  const app = await application({ pool: { LambdaConfig: { ...pool.LambdaConfig, DefineAuthChallenge: arn('nowhere') } }, flows: ['CUSTOM_AUTH'] });
  await addUser(app, 'ada');
  await refused(
    begin('ada', 'CUSTOM_WITHOUT_SRP', '', { secret: '' }),
    'UnexpectedLambdaException',
    'DefineAuthChallenge invocation failed due to configuration.',
  );
});
