import { generateSecret } from './secrets-manager-service';
import { physicalName, reject, type ResourceDeleters, type ResourceHandlers } from '../../cloudformation/resource';

export const SECRETS_MANAGER_RESOURCES: ResourceHandlers = {
  'AWS::SecretsManager::Secret': (resource, deployment) => {
    const { Name, SecretString, GenerateSecretString } = resource.properties;
    if (SecretString !== undefined && GenerateSecretString) reject(resource, 'specify exactly one of `SecretString`, `GenerateSecretString`');
    const value = SecretString ?? generateSecret(GenerateSecretString ?? {});
    const { arn } = deployment.services.secretsManager.create(String(Name ?? physicalName(resource, deployment)), String(value));
    return { ref: arn, attributes: { Id: arn } };
  },

  'AWS::SecretsManager::ResourcePolicy': ({ logicalId }) => ({ ref: logicalId }),

  'AWS::SecretsManager::SecretTargetAttachment': (resource, { services }) => {
    const { SecretId, TargetId } = resource.properties;
    const secret = services.secretsManager.find(String(SecretId)) ?? reject(resource, `\`SecretId\` must exist, got: ${String(SecretId)}`);
    const target = services.documentDb.clusters.get(String(TargetId)) ?? reject(resource, `\`TargetId\` must be a database, got: ${String(TargetId)}`);
    secret.value = JSON.stringify({
      ...JSON.parse(secret.value), engine: 'mongo', host: target.host, port: target.port, ssl: true, dbClusterIdentifier: String(TargetId),
    });
    return { ref: secret.arn, attributes: { Id: secret.arn } };
  },
};

export const SECRETS_MANAGER_DELETERS: ResourceDeleters = {
  'AWS::SecretsManager::Secret': ({ ref }, { services }) => services.secretsManager.delete(ref),
};
