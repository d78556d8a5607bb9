import type { CloudFrontService } from './cloudfront-service';
import { Distribution, type Behavior, type ErrorPage } from './distribution';
import { EdgeFunction } from './edge-function';
import { forwardingOf } from './forwarding';
import type { OriginConfig } from './origin';
import { responseHeadersPolicyOf } from './response-headers-policy';
import { s3Origin } from './s3-origin';
import { identifier, reject, unsupported, type Deployment, type ResourceDefinition, type ResourceHandlers, type ResourceProperties } from '../../cloudformation/resource';

const LONGEST_READ_TIMEOUT_SECONDS = 120;

export const CLOUDFRONT_RESOURCES: ResourceHandlers = {
  'AWS::CloudFront::Function': (resource, { cloud, services }) => {
    const { Name, FunctionCode, FunctionConfig, AutoPublish } = resource.properties;
    if (FunctionConfig?.Runtime !== 'cloudfront-js-2.0') {
      unsupported(resource, `\`FunctionConfig.Runtime\` must be cloudfront-js-2.0, got: ${String(FunctionConfig?.Runtime)}`);
    }
    if (AutoPublish !== true) reject(resource, '`AutoPublish` must be true, or distributions cannot use it');
    const arn = `arn:${cloud.partition}:cloudfront::${cloud.account}:function/${String(Name)}`;
    services.cloudFront.functions.set(arn, new EdgeFunction(String(Name), String(FunctionCode)));
    return { ref: arn, attributes: { 'FunctionARN': arn, 'FunctionMetadata.FunctionARN': arn, 'Stage': 'LIVE' } };
  },

  'AWS::CloudFront::OriginAccessControl': (resource, deployment) => {
    const id = `E${identifier(resource, deployment, 12).toUpperCase()}`;
    const { SigningBehavior } = resource.properties.OriginAccessControlConfig;
    if (SigningBehavior !== 'never') deployment.services.cloudFront.originAccessControls.add(id);
    return { ref: id, attributes: { Id: id } };
  },

  'AWS::CloudFront::CachePolicy': (resource, deployment) => {
    const id = identifier(resource, deployment, 24);
    const { ParametersInCacheKeyAndForwardedToOrigin = {} } = resource.properties.CachePolicyConfig;
    deployment.services.cloudFront.cachePolicies.set(id, forwardingOf(ParametersInCacheKeyAndForwardedToOrigin));
    return { ref: id, attributes: { Id: id } };
  },

  'AWS::CloudFront::OriginRequestPolicy': (resource, deployment) => {
    const id = identifier(resource, deployment, 24);
    deployment.services.cloudFront.originRequestPolicies.set(id, forwardingOf(resource.properties.OriginRequestPolicyConfig));
    return { ref: id, attributes: { Id: id } };
  },

  'AWS::CloudFront::ResponseHeadersPolicy': (resource, deployment) => {
    const id = identifier(resource, deployment, 24);
    deployment.services.cloudFront.responseHeadersPolicies.set(id, responseHeadersPolicyOf(resource.properties.ResponseHeadersPolicyConfig));
    return { ref: id, attributes: { Id: id } };
  },

  'AWS::CloudFront::Distribution': (resource, deployment) => {
    const { cloud, services } = deployment;
    const config = resource.properties.DistributionConfig as ResourceProperties;
    const id = `E${identifier(resource, deployment, 13).toUpperCase()}`;
    const domainName = `d${identifier(resource, deployment, 13)}.cloudfront.net`;
    const origins = new Map((config.Origins as ResourceProperties[]).map((origin) => [String(origin.Id), originOf(resource, deployment, origin)]));
    const behaviors = [...(config.CacheBehaviors ?? []) as ResourceProperties[], { ...config.DefaultCacheBehavior, PathPattern: '*' }]
      .map((behavior) => behaviorOf(resource, services.cloudFront, origins, behavior));
    const distribution = new Distribution({ dns: services.dns, limit: (milliseconds) => cloud.limit(milliseconds) }, cloud.events, {
      id,
      arn: `arn:${cloud.partition}:cloudfront::${cloud.account}:distribution/${id}`,
      domainName,
      defaultRootObject: String(config.DefaultRootObject ?? ''),
      behaviors,
      errorPages: ((config.CustomErrorResponses ?? []) as ResourceProperties[]).map((page): ErrorPage => ({
        status: page.ErrorCode, path: page.ResponsePagePath, responseStatus: page.ResponseCode,
      })),
    });
    services.cloudFront.distributions.push(distribution);
    [domainName, ...(config.Aliases ?? []) as string[]].forEach((host) => services.cloudFront.publicHosts.add(host));
    return { ref: id, attributes: { Id: id, DomainName: domainName } };
  },
};

function originOf(resource: ResourceDefinition, { cloud, services }: Deployment, origin: ResourceProperties): OriginConfig {
  const domainName = String(origin.DomainName);
  const bucket = /^(.+?)\.s3(?:\.[\w-]+)?\.amazonaws\.com$/.exec(domainName)?.[1];
  if (origin.S3OriginConfig && bucket && services.s3.buckets.has(bucket)) services.dns.set(domainName, s3Origin(services.s3, cloud.account, bucket));
  if (!services.dns.has(domainName)) unsupported(resource, `origin ${origin.Id} must be a bucket or a REST API of this stack, got: ${domainName}`);
  const readTimeout = Number(origin.CustomOriginConfig?.OriginReadTimeout ?? 30);
  if (readTimeout > LONGEST_READ_TIMEOUT_SECONDS) {
    reject(resource, `\`OriginReadTimeout\` must be at most ${LONGEST_READ_TIMEOUT_SECONDS} without a quota request, got: ${readTimeout}`);
  }
  return {
    id: String(origin.Id),
    domainName,
    path: String(origin.OriginPath ?? ''),
    customHeaders: ((origin.OriginCustomHeaders ?? []) as ResourceProperties[]).map(({ HeaderName, HeaderValue }) => [HeaderName, HeaderValue]),
    connectionAttempts: Number(origin.ConnectionAttempts ?? 3),
    readTimeout,
    kind: origin.S3OriginConfig ? 's3' : 'custom',
    signed: services.cloudFront.originAccessControls.has(String(origin.OriginAccessControlId)),
  };
}

function behaviorOf(
  resource: ResourceDefinition, edge: CloudFrontService, origins: ReadonlyMap<string, OriginConfig>, behavior: ResourceProperties,
): Behavior {
  const find = <T>(name: string, known: ReadonlyMap<string, T>): T => known.get(String(behavior[name]))
    ?? unsupported(resource, `\`${name}\` of ${behavior.PathPattern} must be of this stack or one of the managed ones that the emulator knows, got: ${behavior[name]}`);
  const functionFor = (type: string): EdgeFunction | undefined => {
    const found = ((behavior.FunctionAssociations ?? []) as ResourceProperties[]).find(({ EventType }) => EventType === type);
    return found && (edge.functions.get(String(found.FunctionARN)) ?? reject(resource, `\`FunctionARN\` must exist, got: ${found.FunctionARN}`));
  };
  return {
    pathPattern: behavior.PathPattern,
    allowedMethods: behavior.AllowedMethods ?? ['GET', 'HEAD'],
    viewerProtocolPolicy: behavior.ViewerProtocolPolicy,
    origin: find('TargetOriginId', origins),
    policies: [
      ...(behavior.CachePolicyId ? [find('CachePolicyId', edge.cachePolicies)] : []),
      ...(behavior.OriginRequestPolicyId ? [find('OriginRequestPolicyId', edge.originRequestPolicies)] : []),
    ],
    onRequest: functionFor('viewer-request'),
    onResponse: functionFor('viewer-response'),
    responseHeaders: behavior.ResponseHeadersPolicyId ? find('ResponseHeadersPolicyId', edge.responseHeadersPolicies) : undefined,
  };
}
