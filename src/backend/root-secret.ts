import { RemovalPolicy } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { suppressNag } from '../private/nag';

/** Without this secret, keys that users have stored cannot be decrypted, so it is retained by default. */
export function createRootSecret(scope: Construct, removalPolicy = RemovalPolicy.RETAIN): secretsmanager.Secret {
  const secret = new secretsmanager.Secret(scope, 'RootSecret', {
    description: 'LibreChat: root of CREDS_KEY, CREDS_IV, JWT_SECRET and JWT_REFRESH_SECRET',
    generateSecretString: { passwordLength: 64, excludePunctuation: true },
    removalPolicy,
  });
  suppressNag(secret, { id: 'AwsSolutions-SMG4', reason: 'The keys derived from it encrypt stored data, and must not change' });
  return secret;
}
