import { generateSecret } from './secret-store';
import { physicalName, refuse, type Player } from '../../cloudformation/resource';

/** Secrets Manager's secrets, made up by the template's own rules. */
export const secrets: Readonly<Record<string, Player>> = {
  'AWS::SecretsManager::Secret': (resource, deployment) => {
    const { Name, SecretString, GenerateSecretString } = resource.properties;
    if (SecretString !== undefined && GenerateSecretString) refuse(resource, 'only one of `SecretString` and `GenerateSecretString` may be given');
    const value = SecretString ?? generateSecret(GenerateSecretString ?? {});
    const { arn } = deployment.cloud.secrets.create(String(Name ?? physicalName(resource, deployment)), String(value));
    return { ref: arn, attributes: { Id: arn } };
  },

  'AWS::SecretsManager::ResourcePolicy': ({ logicalId }) => ({ ref: logicalId }),

  'AWS::SecretsManager::SecretTargetAttachment': (resource, { cloud }) => {
    const { SecretId, TargetId } = resource.properties;
    const secret = cloud.secrets.find(String(SecretId)) ?? refuse(resource, `\`SecretId\` must exist, got: ${String(SecretId)}`);
    const target = cloud.databases.get(String(TargetId)) ?? refuse(resource, `\`TargetId\` must be a database, got: ${String(TargetId)}`);
    secret.value = JSON.stringify({
      ...JSON.parse(secret.value), engine: 'mongo', host: target.host, port: target.port, ssl: true, dbClusterIdentifier: String(TargetId),
    });
    return { ref: secret.arn, attributes: { Id: secret.arn } };
  },
};
