import type { Secret, SecretsManagerService } from './secrets-manager-service';
import { AwsError } from '../../core/aws-error';
import type { Cloud } from '../../core/cloud';
import type { JsonApi } from '../../core/json-api';

/** Secrets Manager: GetSecretValue and DescribeSecret. */
export function secretsManagerApi(secrets: SecretsManagerService, cloud: Cloud): JsonApi {
  return {
    GetSecretValue: (input, authorize) => {
      const secret = find(secrets, cloud, String(input.SecretId), (resource) => authorize('secretsmanager:GetSecretValue', resource));
      const { VersionStage = 'AWSCURRENT', VersionId = secret.versionId } = input;
      if (VersionStage !== 'AWSCURRENT' || VersionId !== secret.versionId) throw notFound(`version ${VersionStage} ${VersionId} of ${secret.name}`);
      return {
        ARN: secret.arn, Name: secret.name, SecretString: secret.value, VersionId: secret.versionId, VersionStages: ['AWSCURRENT'],
      };
    },
    DescribeSecret: (input, authorize) => {
      const secret = find(secrets, cloud, String(input.SecretId), (resource) => authorize('secretsmanager:DescribeSecret', resource));
      return { ARN: secret.arn, Name: secret.name, VersionIdsToStages: { [secret.versionId]: ['AWSCURRENT'] } };
    },
  };
}

function find(secrets: SecretsManagerService, cloud: Cloud, id: string, authorize: (resource: string) => void): Secret {
  const secret = secrets.find(id);
  authorize(secret?.arn ?? arnOfMissing(cloud, id));
  if (!secret) throw notFound(`${id}; give its value in option \`secrets\``);
  return secret;
}

/** Policies for a name end in six question marks, so they apply to missing secrets too. */
function arnOfMissing(cloud: Cloud, id: string): string {
  const arn = id.startsWith('arn:') ? id : cloud.arn('secretsmanager', `secret:${id}`);
  return /-[A-Za-z0-9]{6}$/.test(arn) ? arn : `${arn}-000000`;
}

function notFound(what: string): AwsError {
  return new AwsError('ResourceNotFoundException', 400, `Secrets Manager can't find the specified secret: ${what}`);
}
