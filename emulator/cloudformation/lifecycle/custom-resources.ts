import type { ModelAccount } from './model-account';
import { arnOf, idOf, type ModelResource } from './model-resource';
import { roleMay } from './permissions';
import { FRONTEND_PROPERTIES, FRONTEND_RESOURCE_TYPE } from '../../../src/contract/frontend';
import { IMAGE_BUILD_PROPERTIES, IMAGE_BUILD_RESOURCE_TYPE } from '../../../src/contract/image-build';
import { CHECK_PROPERTIES, CHECK_RESOURCE_TYPE, USER_PROPERTIES, USER_RESOURCE_TYPE } from '../../../src/contract/maintenance';
import { ADAPTER } from '../../../src/contract/variables';

/** Reason why the function of a custom resource fails, or undefined. */
type Handler = (resource: ModelResource, account: ModelAccount) => string | undefined;

interface CustomResourceModel {
  /** On Create and Update. */
  readonly change: Handler;
  readonly delete: Handler;
}

const NOTHING: Handler = () => undefined;

const MODELS: Readonly<Record<string, CustomResourceModel>> = {
  [CHECK_RESOURCE_TYPE]: {
    change: (resource, account) => {
      const { [CHECK_PROPERTIES.variables]: variables, [CHECK_PROPERTIES.cluster]: cluster } = resource.properties;
      const instance = account.all().find(({ type, properties }) => type === 'AWS::DocDB::DBInstance' && properties.DBClusterIdentifier === cluster);
      if (cluster && !instance) return 'no instance of the cluster accepts connections';
      return deniedTo(resource, account, [['ssm:GetParameterHistory', `arn:aws:ssm:us-east-1:123456789012:parameter/${String(variables[ADAPTER.releaseParameter])}`]]);
    },
    delete: NOTHING,
  },
  [FRONTEND_RESOURCE_TYPE]: {
    change: (resource, account) => {
      const bucket = String(resource.properties[FRONTEND_PROPERTIES.bucket]);
      const denied = deniedTo(resource, account, [['s3:PutObject', `${arnOf(bucket)}/index.html`]]);
      if (!denied) account.filled.add(bucket);
      return denied;
    },
    delete: NOTHING,
  },
  [IMAGE_BUILD_RESOURCE_TYPE]: {
    change: (resource, account) => {
      const project = account.resources.get(String(resource.properties[IMAGE_BUILD_PROPERTIES.project]))!;
      const repository = account.resources.get(String(resource.properties[IMAGE_BUILD_PROPERTIES.repository]));
      const denied = deniedTo(resource, account, [['codebuild:StartBuild', arnOf(project.id)], ['lambda:InvokeFunction', String(resource.properties.ServiceToken)]]);
      if (denied || !repository) return denied;
      if (!roleMay(account, project.properties.ServiceRole, 'ecr:PutImage', arnOf(repository.id))) return 'the build may not call ecr:PutImage';
      account.filled.add(repository.id);
      return undefined;
    },
    // The handler stops running builds.
    delete: (resource, account) => deniedTo(resource, account, [
      ['codebuild:ListBuildsForProject', arnOf(String(resource.properties[IMAGE_BUILD_PROPERTIES.project]))],
    ]),
  },
  [USER_RESOURCE_TYPE]: {
    change: (resource, account) => {
      const variables = account.resources.get(idOf(resource.properties.ServiceToken))!.properties.Environment.Variables as Record<string, string>;
      if (ADAPTER.databaseSecret in variables && !account.all().some(({ type }) => type === 'AWS::DocDB::DBInstance')) return 'no instance of the cluster accepts connections';
      return deniedTo(resource, account, [['secretsmanager:GetSecretValue', String(resource.properties[USER_PROPERTIES.account])]]);
    },
    // The handler logs errors and succeeds.
    delete: NOTHING,
  },
  'Custom::S3AutoDeleteObjects': {
    change: NOTHING,
    delete: (resource, account) => {
      const bucket = String(resource.properties.BucketName);
      // The handler ignores a bucket without the tag. https://github.com/aws/aws-cdk/pull/16756
      const tags = (account.resources.get(bucket)?.properties.Tags ?? []) as { Key: string; Value: string }[];
      if (!tags.some(({ Key, Value }) => Key === 'aws-cdk:auto-delete-objects' && Value === 'true')) return undefined;
      const denied = deniedTo(resource, account, [['s3:DeleteObject', `${arnOf(bucket)}/index.html`]]);
      if (!denied) account.filled.delete(bucket);
      return denied;
    },
  },
};

/** The behavior of a custom resource. @throws Error for types that are not in the table */
export function customResourceModel({ type }: ModelResource): CustomResourceModel {
  const model = MODELS[type] as CustomResourceModel | undefined;
  if (!model) throw new Error(`add the behavior of ${type}`);
  return {
    change: (resource, account) => notInvocable(resource, account) ?? model.change(resource, account),
    delete: (resource, account) => notInvocable(resource, account) ?? model.delete(resource, account),
  };
}

/** CloudFormation also sends Delete to the function, and fails if it cannot invoke it. */
function notInvocable({ properties }: ModelResource, account: ModelAccount): string | undefined {
  const provider = account.resources.get(idOf(properties.ServiceToken));
  if (!provider) return 'its function does not exist';
  if (provider.properties.PackageType === 'Image' && !account.imagesStart) return 'its function does not respond';
  return account.resources.has(idOf(provider.properties.Role)) ? undefined : 'Lambda cannot assume the role of its function';
}

function deniedTo({ properties }: ModelResource, account: ModelAccount, rights: [action: string, resource: string][]): string | undefined {
  const { Role } = account.resources.get(idOf(properties.ServiceToken))!.properties;
  const missing = rights.find(([action, resource]) => !roleMay(account, Role, action, resource));
  return missing && `its function may not call ${missing[0]}`;
}
