import type { Construct } from 'constructs';
import type { LibreChatConfig } from './librechat-config';
import type { LibreChatDatabase } from './librechat-database';
import type { LibreChatImage } from './librechat-image';
import type { LibreChatRedis } from './librechat-redis';
import type { LibreChatServerlessProps } from './librechat-serverless-props';
import { type EnvironmentFile, knownVariables, readEnvironmentFile, withoutBlanks } from './private/environment';
import { reportEnvironmentFile } from './private/environment-report';
import { validateAddress, validateUniqueDomain, validateWebAcl } from './private/validation/address';
import { validateDataMigration } from './private/validation/image';
import { validateNetwork } from './private/validation/network';
import { validateBudget } from './private/validation/operation';
import { validateBucketRegion, validatePartition, validateTopicRegion, warnOfSecretRegion } from './private/validation/region';
import { validateAtLeast, validateEnvironmentName, validateMemorySize, validateRemovalPolicy, validateSize, validateWorkers } from './private/validation/values';
import { validateVariables, validateVariablesSize, warnOfVariables } from './private/validation/variables';

export const DEFAULT_MAX_WORKERS = 10;

/** The variants that the construct uses. */
export interface Variants {
  readonly image: LibreChatImage;
  readonly config: LibreChatConfig;
  readonly database: LibreChatDatabase;
  readonly redis: LibreChatRedis;
}

/** The environment variables of LibreChat that users specify in plain text. */
export interface Environment {
  readonly variables: Record<string, string>;
  readonly file?: EnvironmentFile;
}

/** Another LibreChat of the app. */
type Deployed = Construct & { readonly url: string };

export function readEnvironment({ environment = {}, environmentFile, secrets = {} }: LibreChatServerlessProps): Environment {
  const specified = withoutBlanks(environment);
  validateVariables(specified, secrets);
  if (environmentFile === undefined) return { variables: specified };
  const file = readEnvironmentFile(environmentFile, Object.keys({ ...specified, ...secrets }));
  return { file, variables: { ...file.variables, ...specified } };
}

/** Every rule, before any resource is created. */
export function validateDeployment(
  scope: Construct, props: LibreChatServerlessProps, variants: Variants, environment: Environment, others: Deployed[],
): void {
  const { image, database, redis } = variants;
  const { vpc, vpcSubnets, services } = props;
  validatePartition(scope);
  validateNetwork({
    vpc,
    vpcSubnets,
    createsDatabase: database._needsVpc,
    connectsToVpc: services !== undefined,
    usesPrivateNamespace: services?._needsVpc ?? false,
  });
  image._validate(scope);
  database._validate(scope, image._release);
  redis._validate(scope);
  validateAddress(scope, props);
  validateUniqueDomain(others, props.domainName);
  warnOfSecretRegion(scope, ...Object.values(props.secrets ?? {}));
  validateBucketRegion(scope, 'filesBucket', props.filesBucket);
  validateTopicRegion(scope, 'alarmTopic', props.alarmTopic);
  validateBudget(props.monthlyBudget, props.alarmTopic);
  validateRemovalPolicy(props.removalPolicy);
  validateMemorySize(scope, props.memorySize);
  validateSize('ephemeralStorageSize', props.ephemeralStorageSize, 512, 10240);
  validateWorkers({ maxWorkers: DEFAULT_MAX_WORKERS, ...props });
  validateAtLeast('throttlingRateLimit', props.throttlingRateLimit, 1);
  validateAtLeast('throttlingBurstLimit', props.throttlingBurstLimit, 1);
  validateWebAcl(props.webAclArn);
  validateDataMigration(props.acceptDataMigration);
  validateEnvironmentName(props.environmentName);
  validateVariablesSize(environment.variables, props.secrets ?? {});
  validateConfiguration(scope, props, variants, environment);
}

/** Last, because of its warnings, which are of no interest if another prop is invalid. */
function validateConfiguration(
  scope: Construct, props: LibreChatServerlessProps, { config, image }: Variants, { variables, file }: Environment,
): void {
  const { secrets = {}, services, environmentSecret } = props;
  // Secrets that the file contains are reported with it, and not again as references to missing variables.
  const secretNames = [...Object.keys(secrets), ...file?.secrets ?? []];
  const known = knownVariables({ ...services?._variables(), ...variables }, secretNames, environmentSecret !== undefined);
  config._validate(scope, { variables: known, release: image._release });
  warnOfVariables(scope, variables, known);
  if (file) reportEnvironmentFile(scope, file, environmentSecret !== undefined);
}
