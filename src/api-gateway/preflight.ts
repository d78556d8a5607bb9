import { type MethodOptions, MockIntegration, PassthroughBehavior } from 'aws-cdk-lib/aws-apigateway';

const HEADER = 'method.response.header.Access-Control-Allow';

/**
 * Only pages of other origins send preflight requests. Without a known URL of the site there is no `Access-Control-Allow-Origin`, and
 * browsers reject all other origins.
 */
function headers(siteUrl?: string): Record<string, string> {
  return {
    [`${HEADER}-Methods`]: "'GET,HEAD,POST,PUT,PATCH,DELETE,OPTIONS'",
    [`${HEADER}-Headers`]: "'Authorization,Content-Type,X-Requested-With'",
    ...siteUrl && {
      [`${HEADER}-Origin`]: `'${siteUrl}'`,
      [`${HEADER}-Credentials`]: "'true'",
    },
  };
}

/** Responds to preflight requests without an invocation of the function. */
export function preflightIntegration(siteUrl?: string): MockIntegration {
  return new MockIntegration({
    passthroughBehavior: PassthroughBehavior.NEVER,
    requestTemplates: { 'application/json': '{"statusCode": 204}' },
    integrationResponses: [{ statusCode: '204', responseParameters: headers(siteUrl) }],
  });
}

export function preflightOptions(siteUrl?: string): MethodOptions {
  const declared = Object.fromEntries(Object.keys(headers(siteUrl)).map((header) => [header, true]));
  return { methodResponses: [{ statusCode: '204', responseParameters: declared }] };
}
