import { createHash } from 'node:crypto';
import type { AccessLog } from './access-log';
import { ApiEndpoint } from './api-endpoint';
import { gatewayResponseOf } from './gateway-response';
import { RestApi, type Integration } from './rest-api';
import { TokenBucket } from './token-bucket';
import { identifier, reject, unsupported, type Deployment, type ResourceDefinition, type ResourceHandlers } from '../../cloudformation/resource';
import type { LogStreamEvent } from '../cloudwatch-logs/logs-service';

const KEY_LENGTH = { least: 20, most: 128 };
const LONGEST_STREAM_MS = 900_000;

/** Resources of API Gateway. Every stage serves the methods of the template: the emulator has one deployment only. */
export const API_GATEWAY_RESOURCES: ResourceHandlers = {
  'AWS::ApiGateway::RestApi': (resource, deployment) => {
    const { cloud, services } = deployment;
    const { Name, BinaryMediaTypes = [], EndpointConfiguration, Body } = resource.properties;
    if (Body) unsupported(resource, 'the emulator does not support an OpenAPI `Body`');
    const types = (EndpointConfiguration?.Types ?? ['EDGE']) as string[];
    if (!types.includes('REGIONAL')) unsupported(resource, `\`EndpointConfiguration.Types\` must be REGIONAL, got: ${types.join()}`);
    const api = new RestApi(identifier(resource, deployment), String(Name ?? resource.logicalId), BinaryMediaTypes as string[]);
    const root = identifier(resource, deployment, 12).slice(2);
    api.addResource(root, undefined, '');
    services.apiGateway.apis.set(api.id, api);
    const endpoint = new ApiEndpoint(cloud, services.lambda, api, services.cloudWatch);
    services.dns.set(`${api.id}.execute-api.${cloud.region}.${cloud.urlSuffix}`, (request) => endpoint.handle(request));
    return { ref: api.id, attributes: { RootResourceId: root, RestApiId: api.id } };
  },

  'AWS::ApiGateway::Resource': (resource, deployment) => {
    const id = identifier(resource, deployment, 6);
    apiOf(resource, deployment).addResource(id, String(resource.properties.ParentId), String(resource.properties.PathPart));
    return { ref: id, attributes: { ResourceId: id } };
  },

  'AWS::ApiGateway::Method': (resource, deployment) => {
    const { ResourceId, HttpMethod, ApiKeyRequired = false, AuthorizationType = 'NONE' } = resource.properties;
    const integration = (resource.properties.Integration ?? {}) as Integration;
    if (!['MOCK', 'AWS_PROXY'].includes(integration.Type)) {
      unsupported(resource, `\`Integration.Type\` must be AWS_PROXY or MOCK, got: ${String(integration.Type)}`);
    }
    if (AuthorizationType !== 'NONE') unsupported(resource, `\`AuthorizationType\` must be NONE, got: ${String(AuthorizationType)}`);
    if (integration.TimeoutInMillis && integration.TimeoutInMillis > LONGEST_STREAM_MS) {
      reject(resource, `\`Integration.TimeoutInMillis\` must be at most ${LONGEST_STREAM_MS}, got: ${integration.TimeoutInMillis}`);
    }
    const node = apiOf(resource, deployment).resources.get(String(ResourceId))
      ?? reject(resource, `\`ResourceId\` must exist, got: ${String(ResourceId)}`);
    node.methods.set(String(HttpMethod), { httpMethod: String(HttpMethod), apiKeyRequired: Boolean(ApiKeyRequired), integration });
    return { ref: resource.logicalId };
  },

  'AWS::ApiGateway::Deployment': (resource, deployment) => {
    const id = identifier(resource, deployment, 6);
    return { ref: id, attributes: { DeploymentId: id } };
  },

  'AWS::ApiGateway::Stage': (resource, deployment) => {
    const { StageName = 'default', Variables = null, DeploymentId, AccessLogSetting } = resource.properties;
    apiOf(resource, deployment).stages.set(String(StageName), {
      variables: Variables as Record<string, string> | null,
      deploymentId: DeploymentId as string | undefined,
      accessLog: AccessLogSetting && accessLogOf(resource, AccessLogSetting, deployment),
    });
    return { ref: String(StageName) };
  },

  'AWS::ApiGateway::GatewayResponse': (resource, deployment) => {
    const { gatewayResponses } = apiOf(resource, deployment);
    try {
      gatewayResponses.set(String(resource.properties.ResponseType), gatewayResponseOf(resource.properties));
    } catch (error) {
      unsupported(resource, (error as Error).message);
    }
    return { ref: resource.logicalId, attributes: { Id: resource.logicalId } };
  },

  'AWS::ApiGateway::ApiKey': (resource, deployment) => {
    const id = identifier(resource, deployment);
    const value = String(resource.properties.Value ?? identifier(resource, deployment, 40));
    if (value.length < KEY_LENGTH.least || value.length > KEY_LENGTH.most) {
      reject(resource, `\`Value\` must have ${KEY_LENGTH.least} to ${KEY_LENGTH.most} characters, got: ${value.length}`);
    }
    deployment.services.apiGateway.apiKeys.set(id, { value, enabled: resource.properties.Enabled === true });
    return { ref: id, attributes: { APIKeyId: id } };
  },

  'AWS::ApiGateway::UsagePlan': (resource, deployment) => {
    const id = identifier(resource, deployment, 6);
    const { ApiStages = [], Throttle } = resource.properties;
    const throttle = Throttle && (() => new TokenBucket(Number(Throttle.RateLimit), Number(Throttle.BurstLimit), deployment.cloud.timeScale));
    deployment.services.apiGateway.usagePlans.set(id, { stages: ApiStages, throttle });
    return { ref: id, attributes: { Id: id } };
  },

  'AWS::ApiGateway::UsagePlanKey': (resource, { services }) => {
    const { KeyId, UsagePlanId } = resource.properties;
    const key = services.apiGateway.apiKeys.get(String(KeyId)) ?? reject(resource, `\`KeyId\` must exist, got: ${String(KeyId)}`);
    const plan = services.apiGateway.usagePlans.get(String(UsagePlanId)) ?? reject(resource, `\`UsagePlanId\` must exist, got: ${String(UsagePlanId)}`);
    for (const { ApiId, Stage } of plan.stages) {
      if (key.enabled) services.apiGateway.apis.get(ApiId)?.keys.set(`${Stage}/${key.value}`, plan.throttle?.());
    }
    return { ref: `${String(KeyId)}:${String(UsagePlanId)}` };
  },
};

function apiOf(resource: ResourceDefinition, { services }: Deployment): RestApi {
  const id = String(resource.properties.RestApiId);
  return services.apiGateway.apis.get(id) ?? reject(resource, `\`RestApiId\` must exist, got: ${id}`);
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html */
function accessLogOf(resource: ResourceDefinition, setting: { DestinationArn?: unknown; Format?: unknown }, { services }: Deployment): AccessLog {
  const format = String(setting.Format ?? '');
  if (!/\$context\.(?:requestId|extendedRequestId)\b/.test(format)) {
    reject(resource, '`AccessLogSetting.Format` must contain $context.requestId or $context.extendedRequestId');
  }
  const group = /:log-group:([^:]+)(?::\*)?$/.exec(String(setting.DestinationArn))?.[1] ?? '';
  const streams = services.logs.streams(group)
    ?? reject(resource, `\`AccessLogSetting.DestinationArn\` must be a log group that exists, got: ${String(setting.DestinationArn)}`);
  const events: LogStreamEvent[] = [];
  streams.set(createHash('md5').update(resource.logicalId).digest('hex'), events);
  return { format, write: (message) => events.push({ timestamp: Date.now(), message }) };
}
