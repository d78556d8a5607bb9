import { imageCode, zipCode } from './lambda-code';
import { LambdaFunction, type LambdaFunctionProps } from './lambda-function';
import type { DeployedFunction } from './lambda-service';
import { refusalOfVariables } from './platform-variables';
import { ResponseBandwidth } from './response-bandwidth';
import { CANARY } from '../../../src/contract/canary';
import { COMMAND } from '../../../src/contract/image';
import { RELAY } from '../../../src/contract/relay';
import { ADAPTER, VALUE_FROM } from '../../../src/contract/variables';
import {
  physicalName, reject, unsupported, type Deployment, type ResourceDefinition, type ResourceDeleters, type ResourceHandlers, type ResourceUpdaters,
} from '../../cloudformation/resource';

const LONGEST_TIMEOUT_SECONDS = 900;
const INIT_LIMIT_MS = 10_000;

/** Latency of a warm synchronous invocation within a region. */
const DEFAULT_LATENCY_MS = 10;

export const LAMBDA_RESOURCES: ResourceHandlers = {
  'AWS::Lambda::Function': async (resource, deployment) => {
    const { cloud, services } = deployment;
    const name = String(resource.properties.FunctionName ?? physicalName(resource, deployment, 64));
    const arn = cloud.arn('lambda', `function:${name}`);
    const props = await functionProps(resource, deployment, name, arn);
    const runtime = typeof props === 'string' ? { unsupported: props } : { lambda: new LambdaFunction(props) };
    if (runtime.lambda) cloud.onDispose(() => runtime.lambda.dispose());
    services.lambda.functions.set(arn, { logicalId: resource.logicalId, arn, name, permissions: [], ...runtime });
    return { ref: name, attributes: { Arn: arn } };
  },

  'AWS::Lambda::Version': async (resource, deployment) => {
    const { functions } = deployment.services.lambda;
    const fn = functionOf(resource, deployment);
    const version = fn.lambda?.publish() ?? '1';
    const arn = `${fn.arn}:${version}`;
    functions.set(arn, { ...fn, arn, version, permissions: [] });
    await provision(resource, fn, version);
    return { ref: arn, attributes: { Version: version, FunctionArn: arn } };
  },

  'AWS::Lambda::Alias': async (resource, deployment) => {
    const fn = functionOf(resource, deployment);
    const { Name, FunctionVersion } = resource.properties;
    const arn = `${fn.arn}:${String(Name)}`;
    const version = String(FunctionVersion);
    deployment.services.lambda.functions.set(arn, { ...fn, arn, version, permissions: [] });
    await provision(resource, fn, version);
    return { ref: arn, attributes: { AliasArn: arn } };
  },

  'AWS::Lambda::EventInvokeConfig': (resource, deployment) => {
    const { MaximumRetryAttempts: retryAttempts, MaximumEventAgeInSeconds: seconds } = resource.properties;
    functionOf(resource, deployment).lambda?.queue.configure({ retryAttempts, maxAgeMs: seconds && seconds * 1000 });
    return { ref: resource.logicalId };
  },

  'AWS::Lambda::Permission': (resource, deployment) => {
    const { Action, Principal, SourceArn } = resource.properties;
    functionOf(resource, deployment).permissions.push({ action: Action, principal: Principal, sourceArn: SourceArn });
    return { ref: resource.logicalId };
  },
};

export const LAMBDA_UPDATERS: ResourceUpdaters = {
  'AWS::Lambda::Function': async (resource, { ref, attributes }, deployment) => {
    const fn = deployment.services.lambda.find(ref)!;
    const props = await functionProps(resource, deployment, fn.name, fn.arn, fn.lambda?.reservedConcurrency);
    if (typeof props === 'string' || !fn.lambda) unsupported(resource, `the emulator does not run the function: ${fn.unsupported ?? String(props)}`);
    fn.lambda.update(props);
    return { ref, attributes };
  },

  'AWS::Lambda::Alias': async (resource, { ref, attributes }, deployment) => {
    const { functions } = deployment.services.lambda;
    const version = String(resource.properties.FunctionVersion);
    await provision(resource, functionOf(resource, deployment), version);
    functions.set(ref, { ...functions.get(ref)!, version });
    return { ref, attributes };
  },
};

export const LAMBDA_DELETERS: ResourceDeleters = {
  'AWS::Lambda::EventInvokeConfig': ({ properties: { FunctionName } }, { services }) => {
    services.lambda.find(String(FunctionName))?.lambda?.queue.configure({});
  },

  'AWS::Lambda::Function': async ({ ref }, { services: { lambda } }) => {
    const { arn, lambda: running } = lambda.find(ref)!;
    [...lambda.functions.keys()].filter((key) => key === arn || key.startsWith(`${arn}:`)).forEach((key) => lambda.functions.delete(key));
    await running?.dispose();
  },

  'AWS::Lambda::Permission': ({ properties: { FunctionName, Principal, SourceArn } }, { services }) => {
    const { permissions } = services.lambda.find(String(FunctionName))!;
    const index = permissions.findIndex(({ principal, sourceArn }) => principal === Principal && sourceArn === SourceArn);
    if (index >= 0) permissions.splice(index, 1);
  },

  'AWS::Lambda::Version': ({ ref }, { services }) => {
    const { lambda, version } = services.lambda.functions.get(ref)!;
    services.lambda.functions.delete(ref);
    lambda?.unpublish(version!);
  },

  'AWS::Lambda::Alias': ({ ref }, { services }) => {
    services.lambda.functions.delete(ref);
  },
};

/** Allocates provisioned concurrency, and waits for its initialization as CloudFormation does. */
async function provision(resource: ResourceDefinition, { lambda }: DeployedFunction, version: string): Promise<void> {
  const amount = Number(resource.properties.ProvisionedConcurrencyConfig?.ProvisionedConcurrentExecutions ?? 0);
  if (!amount || !lambda) return;
  if (version === '$LATEST') reject(resource, 'provisioned concurrency requires a published version, got: $LATEST');
  if (await lambda.provision(version, amount)) return;
  reject(resource, `\`ProvisionedConcurrentExecutions\` must initialize ${amount} environments: FUNCTION_ERROR_INIT_FAILURE`);
}

function functionOf(resource: ResourceDefinition, { services }: Deployment): DeployedFunction {
  const wanted = String(resource.properties.FunctionName);
  return services.lambda.find(wanted)
    ?? reject(resource, `\`FunctionName\` must exist, got: ${wanted}`);
}

/**
 * The function with its code, or the reason why the emulator cannot run it.
 *
 * @param reserved concurrency that an existing function has already reserved
 */
async function functionProps(
  resource: ResourceDefinition, deployment: Deployment, name: string, arn: string, reserved = 0,
): Promise<LambdaFunctionProps | string> {
  const { cloud, services, options, certificates, aws } = deployment;
  const { PackageType, Timeout = 3, MemorySize = 128, Role, ReservedConcurrentExecutions, LoggingConfig, Architectures = ['x86_64'], RecursiveLoop } = resource.properties;
  const code = PackageType === 'Image' ? await imageCode(resource, deployment) : zipCode(resource, deployment);
  if (typeof code === 'string') return code;
  if (Timeout > LONGEST_TIMEOUT_SECONDS) reject(resource, `\`Timeout\` must be at most ${LONGEST_TIMEOUT_SECONDS}, got: ${Timeout}`);
  const role = services.iam.find(String(Role))
    ?? unsupported(resource, `\`Role\` must be a role of this stack, got: ${String(Role)}`);
  const environment = variables(resource, deployment);
  const { concurrency } = services.lambda;
  const refusal = refusalOfVariables(environment)
    ?? (ReservedConcurrentExecutions === undefined ? undefined : concurrency.refusalOfReservation(Number(ReservedConcurrentExecutions) - reserved));
  if (refusal) reject(resource, refusal);
  const metric = (metricName: string, value: number) =>
    services.cloudWatch.put({ namespace: 'AWS/Lambda', metricName, dimensions: { FunctionName: name } }, value);
  return {
    name,
    arn,
    command: code.command,
    cwd: code.cwd,
    prepare: code.prepare,
    environment,
    emulation: {
      ...code.environment,
      AWS_ENDPOINT_URL: aws.url,
      // Relay and worker ignore the variables of AWS SDKs, which a deployment may set for LibreChat.
      [ADAPTER.awsEndpointUrl]: aws.url,
      [RELAY.awsEndpoint]: aws.url,
      NODE_EXTRA_CA_CERTS: certificates.caFile,
    },
    // DNS does not resolve the distribution's domain name to this machine.
    startEnvironment: (): Record<string, string> => {
      const { localUrl } = services.cloudFront;
      return localUrl && CANARY.url in environment ? { [CANARY.url]: localUrl } : {};
    },
    timeoutMs: cloud.limit(Timeout * 1000),
    initTimeoutMs: cloud.limit(INIT_LIMIT_MS),
    limit: (milliseconds) => cloud.limit(milliseconds),
    bandwidth: options.responseBandwidth ? () => new ResponseBandwidth(() => performance.now() * cloud.timeScale) : undefined,
    memorySize: MemorySize,
    logGroup: LoggingConfig?.LogGroup,
    reservedConcurrency: ReservedConcurrentExecutions,
    account: concurrency,
    latencyMs: cloud.limit(options.invocationLatencyMs ?? DEFAULT_LATENCY_MS),
    stopsLoops: RecursiveLoop !== 'Allow',
    architecture: Architectures[0],
    isImage: PackageType === 'Image',
    region: cloud.region,
    credentials: role.credentials,
    folder: cloud.folder,
    sandbox: options.sandbox ?? 'auto',
    linked: code.linked,
    onLog: (line, id, stream) => {
      cloud.events.emit({ type: 'log', function: resource.logicalId, environment: id, stream, line });
      services.logs.ingest(String(LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`), line);
    },
    onStarted: (running) => metric('ConcurrentExecutions', running),
    onProcessed: (milliseconds) => metric('Duration', milliseconds),
    onThrottled: () => metric('Throttles', 1),
    onFinished: ({ error }) => {
      metric('Invocations', 1);
      metric('Errors', error ? 1 : 0);
    },
    onPhase: (phase, id, detail) => cloud.events.emit({ type: 'environment', function: resource.logicalId, environment: id, phase, detail }),
    onRetry: (reason) => cloud.events.notice(`${resource.logicalId} failed: ${reason}`, 'warning'),
    onDropped: (reason) => cloud.events.notice(`${resource.logicalId}: Lambda discarded an event: ${reason}`, 'warning'),
  };
}

/** The declared variables, with the overrides of the emulator's options. */
function variables(resource: ResourceDefinition, { options, cloud }: Deployment): Record<string, string> {
  const declared = (resource.properties.Environment?.Variables ?? {}) as Record<string, string>;
  if (!runsServer(resource)) return declared;
  const result = { ...declared, ...options.environment };
  if (options.mongoUri) {
    delete result[ADAPTER.databaseSecret];
    delete result[`${VALUE_FROM}MONGO_URI`];
    result.MONGO_URI = options.mongoUri;
    cloud.events.notice(`${resource.logicalId}: MONGO_URI is the option \`mongoUri\` instead of the stack's database`);
  }
  return result;
}

/** Whether it runs LibreChat's server: every container function except the publisher. */
function runsServer(resource: ResourceDefinition): boolean {
  const { PackageType, ImageConfig } = resource.properties;
  return PackageType === 'Image' && ImageConfig?.Command?.[0] !== COMMAND.publish;
}
