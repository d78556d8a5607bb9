import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Secret as EcsSecret } from 'aws-cdk-lib/aws-ecs';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';

/** Existing resources of the account, by context key. Snapshots contain these placeholders. */
const PLACEHOLDERS = {
  mongoUriSecret: 'librechat-integ/mongo-uri',
  redisUriSecret: 'librechat-integ/redis-uri',
  domainName: 'librechat-integ.example.com',
  hostedZoneId: 'Z0123456789ABCDEFGHIJ',
  zoneName: 'example.com',
  certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0000-4000-8000-000000000000',
};

export function contextValue(scope: Construct, key: keyof typeof PLACEHOLDERS): string {
  return scope.node.tryGetContext(key) ?? PLACEHOLDERS[key];
}

/** An existing secret whose whole value is a URI. */
export function existingSecret(scope: Construct, key: 'mongoUriSecret' | 'redisUriSecret'): EcsSecret {
  return EcsSecret.fromSecretsManager(Secret.fromSecretNameV2(scope, key, contextValue(scope, key)));
}

/** A domain in a hosted zone of the account, with a certificate. */
export function domain(scope: Construct) {
  return {
    domainName: contextValue(scope, 'domainName'),
    certificate: Certificate.fromCertificateArn(scope, 'Certificate', contextValue(scope, 'certificateArn')),
    hostedZone: HostedZone.fromHostedZoneAttributes(scope, 'Zone', { hostedZoneId: contextValue(scope, 'hostedZoneId'), zoneName: contextValue(scope, 'zoneName') }),
  };
}
