import { EDGE, EDGE_REGION_VARIANTS, stackIn } from '../../../fixtures/variants';
import { API_ROUTES, CLIENT_PATH_BELOW_API } from '../../../src/contract/routes';
import { logicalIdOf, resources, statements, templateOf, templateWith, text, resourceOf } from '../reading';

const minimal = templateOf('minimal');
const maximal = templateOf('maximal');

function distribution(template = minimal): any {
  return resourceOf(template, 'AWS::CloudFront::Distribution').Properties.DistributionConfig;
}

/** CloudFront's own policies, by the ids that AWS publishes. */
const MANAGED = {
  CachingOptimized: '658327ea-f89d-4fab-a63d-7e88639e58f6',
  CachingDisabled: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
  AllViewerExceptHostHeader: 'b689b0a8-53d0-40ab-baf2-68738e2966ac',
  SecurityHeaders: '67f7725c-6f97-4210-82d7-5512b31e9d03',
};

describe('behaviours', () => {
  const { Origins, CacheBehaviors, DefaultCacheBehavior } = distribution();
  const [page, api] = Origins.map(({ Id }: any) => Id);

  test('the first match applies, so the page below /oauth precedes the API', () => {
    expect(CacheBehaviors.map(({ PathPattern, TargetOriginId }: any) => [PathPattern, TargetOriginId])).toEqual([
      [CLIENT_PATH_BELOW_API, page], ...API_ROUTES.map(({ prefix }) => [`${prefix}/*`, api]),
    ]);
    expect(DefaultCacheBehavior.TargetOriginId).toBe(page);
  });

  test('five, with managed policies only, as CloudFront\'s free plan requires', () => {
    expect([DefaultCacheBehavior, ...CacheBehaviors]).toHaveLength(5);
    for (const behaviour of [DefaultCacheBehavior, ...CacheBehaviors]) {
      expect(Object.values(MANAGED)).toContain(behaviour.CachePolicyId);
      expect(behaviour.ResponseHeadersPolicyId).toBe(MANAGED.SecurityHeaders);
    }
    for (const type of ['CachePolicy', 'OriginRequestPolicy', 'ResponseHeadersPolicy']) {
      expect(resources(minimal, `AWS::CloudFront::${type}`)).toEqual([]);
    }
  });

  test('the API gets all headers except the host, with every method and without a cache', () => {
    for (const behaviour of CacheBehaviors.filter(({ TargetOriginId }: any) => TargetOriginId === api)) {
      expect(behaviour).toMatchObject({
        CachePolicyId: MANAGED.CachingDisabled,
        OriginRequestPolicyId: MANAGED.AllViewerExceptHostHeader,
        ViewerProtocolPolicy: 'https-only',
      });
      expect(behaviour.AllowedMethods.sort()).toEqual(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']);
      expect(behaviour).not.toHaveProperty('FunctionAssociations');
    }
  });

  test('the client is cached, and a function rewrites its routes', () => {
    for (const behaviour of [DefaultCacheBehavior, CacheBehaviors[0]]) {
      expect(behaviour).toMatchObject({ CachePolicyId: MANAGED.CachingOptimized, ViewerProtocolPolicy: 'redirect-to-https' });
      expect(behaviour.FunctionAssociations.map(({ EventType, FunctionARN }: any) => [EventType, text(FunctionARN)])).toEqual([
        ['viewer-request', '<ChatFrontendRouteToPage.FunctionARN>'],
        ['viewer-response', '<ChatFrontendKeepOutRobots.FunctionARN>'],
      ]);
    }
    for (const [, { Properties }] of resources(minimal, 'AWS::CloudFront::Function')) {
      expect(Properties.FunctionConfig.Runtime).toBe('cloudfront-js-2.0');
    }
  });

  test('no error page replaces responses of the API by HTML', () => {
    expect(distribution()).not.toHaveProperty('CustomErrorResponses');
    expect(distribution(maximal)).not.toHaveProperty('CustomErrorResponses');
  });
});

describe('origins', () => {
  const [page, api] = distribution().Origins;

  test('requests to the API are not repeated, contain the path of its stage, and may be silent for two minutes', () => {
    expect(api).toMatchObject({
      ConnectionAttempts: 1,
      CustomOriginConfig: { OriginReadTimeout: 120, OriginProtocolPolicy: 'https-only', OriginSSLProtocols: ['TLSv1.2'] },
    });
    const url = 'https://<ChatApiGatewayRestApi>.execute-api.<AWS::Region>.<AWS::URLSuffix>/<ChatApiGatewayRestApiDeploymentStageprod>/';
    expect(text(api.DomainName)).toBe(`${url}[2]`);
    expect(text(api.OriginPath)).toBe(`/${url}[3]`);
    expect(resourceOf(minimal, 'AWS::ApiGateway::Stage').Properties.StageName).toBe('prod');
  });

  test('the client is read with origin access control, and missing files are a 404', () => {
    expect(page.S3OriginConfig).toEqual({ OriginAccessIdentity: '' });
    expect(text(page.OriginAccessControlId)).toBe('<ChatFrontendOriginAccessControl.Id>');
    const [deny, ...allow] = resourceOf(minimal, 'AWS::S3::BucketPolicy', 'Frontend').Properties.PolicyDocument.Statement;
    expect(deny).toMatchObject({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } });
    const ofCloudFront = allow.filter(({ Principal }: any) => Principal.Service === 'cloudfront.amazonaws.com');
    expect(ofCloudFront.flatMap(({ Action }: any) => Action)).toEqual(['s3:GetObject', 's3:ListBucket']);
    for (const { Condition } of ofCloudFront) {
      expect(text(Condition.StringEquals['AWS:SourceArn'])).toMatch(/:distribution\/<ChatFrontendDistribution>$/);
    }
  });

  test('the bucket is private, encrypted, and deleted with the stack', () => {
    expect(resourceOf(minimal, 'AWS::S3::Bucket', 'Frontend')).toMatchObject({
      DeletionPolicy: 'Delete',
      Properties: {
        BucketEncryption: expect.anything(),
        PublicAccessBlockConfiguration: { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true },
      },
    });
    expect(text(resourceOf(minimal, 'Custom::S3AutoDeleteObjects').Properties.BucketName)).toBe('<ChatFrontendBucket>');
  });
});

describe('publication', () => {
  const resource = resourceOf(minimal, 'Custom::LibreChatFrontend');

  test('is not invoked for deletions, because it deletes nothing', () => {
    expect([resource.DeletionPolicy, resource.UpdateReplacePolicy]).toEqual(['Retain', 'Retain']);
  });

  test('runs the API\'s image with another command, outside of the VPC', () => {
    const publisher = resourceOf(minimal, 'AWS::Lambda::Function', 'Publication').Properties;
    const api = resourceOf(minimal, 'AWS::Lambda::Function', 'BackendFunction').Properties;
    expect(publisher).toMatchObject({ ImageConfig: { Command: ['publish'] }, Code: api.Code, Architectures: api.Architectures });
    expect(publisher).not.toHaveProperty('VpcConfig');
    expect(text(resource.Properties.ServiceToken)).toBe('<ChatFrontendPublicationFunction.Arn>');
  });

  test('runs again whenever the image changes', () => {
    const { Image, Bucket } = resource.Properties;
    expect(text(resourceOf(minimal, 'AWS::Lambda::Function', 'Publication').Properties.Code.ImageUri)).toContain(`:${Image}`);
    expect(text(Bucket)).toBe('<ChatFrontendBucket>');
    expect(resourceOf(maximal, 'Custom::LibreChatFrontend').Properties.Image).toBe('v0.8.7-1');
  });

  test('does not block a deployment for an hour if it fails', () => {
    expect(resource.Properties.ServiceTimeout).toBe('600');
    expect(resourceOf(minimal, 'AWS::Lambda::Function', 'Publication').Properties.Timeout).toBe(300);
  });

  test('runs after the update of the API, and before the DNS records', () => {
    expect(resource.DependsOn).toContain(logicalIdOf(minimal, 'AWS::Lambda::Function', 'RelayFunction'));
    const records = resources(maximal, 'AWS::Route53::RecordSet');
    expect(records).toHaveLength(2);
    for (const [, { DependsOn }] of records) expect(DependsOn).toContain(logicalIdOf(maximal, 'Custom::LibreChatFrontend'));
  });

  test('may write its log and the client only', () => {
    expect(statements(minimal, 'PublicationRole')).toEqual([
      'logs:CreateLogStream logs:PutLogEvents on <ChatFrontendPublicationLogs.Arn>',
      's3:PutObject on <ChatFrontendBucket.Arn>/*',
    ]);
    expect(resourceOf(minimal, 'AWS::IAM::Role', 'PublicationRole').Properties).not.toHaveProperty('ManagedPolicyArns');
  });
});

describe('edge', () => {
  test('minimal: HTTP/2 and 3 under CloudFront\'s own name', () => {
    expect(distribution()).toMatchObject({ HttpVersion: 'http2and3', IPV6Enabled: true, DefaultRootObject: 'index.html' });
    for (const property of ['Aliases', 'ViewerCertificate', 'WebACLId', 'Restrictions', 'PriceClass']) {
      expect(distribution()).not.toHaveProperty(property);
    }
  });

  test('maximal: the specified values', () => {
    expect(distribution(maximal)).toMatchObject({
      Aliases: ['chat.example.com'],
      ViewerCertificate: { MinimumProtocolVersion: 'TLSv1.2_2021', SslSupportMethod: 'sni-only', AcmCertificateArn: expect.stringContaining(':us-east-1:') },
      WebACLId: expect.stringContaining('webacl/chat'),
      Restrictions: { GeoRestriction: { RestrictionType: 'whitelist', Locations: ['IS', 'DE'] } },
      PriceClass: 'PriceClass_100',
    });
  });
});

describe('address', () => {
  function records(template = maximal) {
    return resources(template, 'AWS::Route53::RecordSet').map(([, { Properties }]) => [Properties.Type, Properties.Name, text(Properties.AliasTarget.DNSName)]);
  }
  const BOTH = ['A', 'AAAA'].map((type) => [type, 'chat.example.com.', '<ChatFrontendDistribution.DomainName>']);

  test('with a zone: records of both kinds', () => {
    expect(records()).toEqual(BOTH);
    expect(Object.keys(maximal.toJSON().Outputs).filter((name) => name.includes('Dns'))).toEqual([]);
  });

  test('without a zone: no records, and an output with the record to create', () => {
    const template = templateOf('domain-in-other-dns');
    expect(records(template)).toEqual([]);
    const [, record] = Object.entries<any>(template.toJSON().Outputs).find(([name]) => name.startsWith('ChatDnsRecord'))!;
    expect(text(record.Value)).toBe('chat.example.com CNAME <ChatFrontendDistribution.DomainName>');
  });

  test('without a certificate, in us-east-1: one is created', () => {
    const template = templateWith(EDGE_REGION_VARIANTS['domain-with-made-certificate'], stackIn(EDGE));
    expect(resourceOf(template, 'AWS::CertificateManager::Certificate').Properties).toMatchObject({
      DomainName: 'chat.example.com',
      ValidationMethod: 'DNS',
      DomainValidationOptions: [{ DomainName: 'chat.example.com', HostedZoneId: 'Z0123456789ABCDEFGHIJ' }],
    });
    expect(text(distribution(template).ViewerCertificate.AcmCertificateArn)).toBe('<ChatFrontendCertificate>');
    expect(records(template)).toEqual(BOTH);
  });
});
