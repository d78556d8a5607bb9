import { certificate, DOMAIN, stackIn } from '../../../fixtures/variants';
import { LibreChatServerless } from '../../../src';
import { API_ROUTES } from '../../../src/contract/routes';
import { logicalIdOf, resources, templateOf, templateWith, text, resourceOf, type Resource } from '../reading';

const template = templateOf('minimal');

/** `ANY /api/{proxy+}` and the like, with the method. */
function methods(httpMethod: string, of = template): Array<[path: string, method: Resource]> {
  const parts = Object.fromEntries(resources(of, 'AWS::ApiGateway::Resource'));
  const pathOf = (logicalId: string): string => {
    const { PathPart, ParentId } = parts[logicalId].Properties;
    return `${ParentId.Ref ? pathOf(ParentId.Ref) : ''}/${PathPart}`;
  };
  return resources(of, 'AWS::ApiGateway::Method')
    .filter(([, { Properties }]) => Properties.HttpMethod === httpMethod)
    .map(([, method]) => [pathOf(method.Properties.ResourceId.Ref), method]);
}

const ROUTES = ['/api', '/api/{proxy+}', '/images/{proxy+}', '/oauth', '/oauth/{proxy+}'];

test('the routes of the contract are those of LibreChat', () => {
  expect(API_ROUTES.map(({ prefix }) => prefix)).toEqual(['/api', '/oauth', '/images']);
});

test('is Regional, because an edge-optimized API ends a silent stream after 30 seconds', () => {
  expect(resourceOf(template, 'AWS::ApiGateway::RestApi').Properties.EndpointConfiguration).toEqual({ Types: ['REGIONAL'] });
});

test('streams every route of LibreChat, for 15 minutes', () => {
  const served = methods('ANY');
  expect(served.map(([path]) => path).sort()).toEqual(ROUTES);
  for (const [, { Properties }] of served) {
    expect(Properties).toMatchObject({
      ApiKeyRequired: true,
      Integration: { Type: 'AWS_PROXY', IntegrationHttpMethod: 'POST', ResponseTransferMode: 'STREAM', TimeoutInMillis: 900_000 },
    });
    expect(text(Properties.Integration.Uri)).toBe(
      'arn:<AWS::Partition>:apigateway:<AWS::Region>:lambda:path/2021-11-15/functions/<ChatRelayFunction.Arn>/response-streaming-invocations',
    );
  }
});

test('has one permission, for an existing action', () => {
  const { Action, FunctionName, Principal, SourceArn } = resourceOf(template, 'AWS::Lambda::Permission', 'ApiGateway').Properties;
  expect([Action, text(FunctionName), Principal]).toEqual(['lambda:InvokeFunction', '<ChatRelayFunction.Arn>', 'apigateway.amazonaws.com']);
  expect(text(SourceArn)).toBe('arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:<ChatApiGatewayRestApi>/*/*/*');
});

test.each(['THROTTLED', 'INTEGRATION_FAILURE'])('%s is a 503 that the client of LibreChat repeats', (type) => {
  const { Properties } = resources(template, 'AWS::ApiGateway::GatewayResponse').find(([, response]) => response.Properties.ResponseType === type)![1];
  expect(Properties).toMatchObject({ StatusCode: '503', ResponseParameters: { 'gatewayresponse.header.Retry-After': "'2'" } });
  expect(JSON.parse(Properties.ResponseTemplates['application/json'])).toMatchObject({ code: 'SERVER_NOT_READY' });
});

test('a request that may have been executed is not repeated: a timeout stays a 504', () => {
  const types = resources(template, 'AWS::ApiGateway::GatewayResponse').map(([, { Properties }]) => Properties.ResponseType);
  expect(types.sort()).toEqual(['INTEGRATION_FAILURE', 'THROTTLED']);
});

test('accepts binary uploads, without breaking the preflight', () => {
  const types: string[] = resourceOf(template, 'AWS::ApiGateway::RestApi').Properties.BinaryMediaTypes;
  expect(types).toEqual(expect.arrayContaining(['multipart/form-data', 'audio/*', 'image/*']));
  expect(types).not.toContain('*/*');
});

describe('preflight', () => {
  test('is handled without the function on every route', () => {
    const options = methods('OPTIONS');
    expect(options.map(([path]) => path).sort()).toEqual(ROUTES);
    for (const [, { Properties }] of options) {
      expect(Properties.Integration).toMatchObject({ Type: 'MOCK', RequestTemplates: { 'application/json': '{"statusCode": 204}' } });
    }
  });

  test('names no origin if the site has none yet, so that browsers reject all others', () => {
    for (const [, { Properties }] of methods('OPTIONS')) {
      const [{ ResponseParameters }] = Properties.Integration.IntegrationResponses;
      expect(Object.keys(ResponseParameters)).toEqual([
        'method.response.header.Access-Control-Allow-Methods',
        'method.response.header.Access-Control-Allow-Headers',
      ]);
    }
  });

  test('names the site if it has a domain', () => {
    for (const [, { Properties }] of methods('OPTIONS', templateOf('maximal'))) {
      const [{ ResponseParameters }] = Properties.Integration.IntegrationResponses;
      expect(ResponseParameters).toMatchObject({
        'method.response.header.Access-Control-Allow-Origin': "'https://chat.example.com'",
        'method.response.header.Access-Control-Allow-Credentials': "'true'",
      });
      expect(Object.keys(Properties.MethodResponses[0].ResponseParameters)).toEqual(Object.keys(ResponseParameters));
    }
  });
});

describe('key', () => {
  test('is the same secret in API Gateway and in CloudFront\'s header', () => {
    const value = text(resourceOf(template, 'AWS::ApiGateway::ApiKey').Properties.Value);
    expect(value).toBe('{{resolve:secretsmanager:<ChatApiGatewayApiKey>:SecretString:::}}');
    const origins = resourceOf(template, 'AWS::CloudFront::Distribution').Properties.DistributionConfig.Origins;
    const headers = origins.flatMap(({ OriginCustomHeaders = [] }: any) => OriginCustomHeaders);
    expect(headers.map(({ HeaderName, HeaderValue }: any) => [HeaderName, text(HeaderValue)])).toEqual([['x-api-key', value]]);
  });

  test('limits requests to the stage', () => {
    const { ApiStages, Throttle } = resourceOf(template, 'AWS::ApiGateway::UsagePlan').Properties;
    expect(ApiStages.map(({ ApiId, Stage }: any) => [text(ApiId), text(Stage)])).toEqual([
      ['<ChatApiGatewayRestApi>', '<ChatApiGatewayRestApiDeploymentStageprod>'],
    ]);
    expect(Throttle).toEqual({ RateLimit: 100, BurstLimit: 200 });
    expect(resourceOf(templateOf('maximal'), 'AWS::ApiGateway::UsagePlan').Properties.Throttle).toEqual({ RateLimit: 50, BurstLimit: 80 });
  });
});

describe('log', () => {
  test('has a line for each request, with its streaming times', () => {
    const { DestinationArn, Format } = resourceOf(template, 'AWS::ApiGateway::Stage').Properties.AccessLogSetting;
    expect(text(DestinationArn)).toBe('<ChatApiGatewayAccessLog.Arn>');
    // The variable `messageString` contains quotes of its own, and would break the lines of failed requests.
    expect(Format).not.toContain('messageString');
    expect(JSON.parse(Format)).toMatchObject({
      errorMessage: '$context.error.message',
      requestId: '$context.requestId',
      status: '$context.status',
      responseTransferMode: '$context.integration.responseTransferMode',
      timeToAllHeaders: '$context.integration.timeToAllHeaders',
      timeToFirstContent: '$context.integration.timeToFirstContent',
    });
  });

  test('creates the account\'s role for logs, and retains it because other APIs may use it', () => {
    expect(resourceOf(template, 'AWS::ApiGateway::Account').DeletionPolicy).toBe('Retain');
  });

  test('does not create the role with `cloudWatchRole: false`', () => {
    expect(resources(templateOf('maximal'), 'AWS::ApiGateway::Account')).toEqual([]);
    expect(resources(templateOf('maximal'), 'AWS::IAM::Role').filter(([logicalId]) => logicalId.includes('CloudWatch'))).toEqual([]);
  });
});

test('a change of the methods is deployed', () => {
  const withDomain = templateWith((stack) => new LibreChatServerless(stack, 'Chat', { domainName: DOMAIN, certificate: certificate(stack) }), stackIn());
  expect(logicalIdOf(withDomain, 'AWS::ApiGateway::Deployment')).not.toBe(logicalIdOf(template, 'AWS::ApiGateway::Deployment'));
});

test('has no default endpoint, which would reject all requests', () => {
  expect(Object.keys(template.toJSON().Outputs).filter((name) => name.includes('Endpoint'))).toEqual([]);
});
