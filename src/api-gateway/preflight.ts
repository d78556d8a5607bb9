import { type MethodOptions, MockIntegration, PassthroughBehavior } from 'aws-cdk-lib/aws-apigateway';

const HEADER = 'method.response.header.Access-Control-Allow';

/**
 * What a preflight is told, which comes from pages of other origins only. Where the site's own origin is not known yet,
 * no origin is named, and browsers refuse all of them.
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

/** Answers without the function, which a preflight would otherwise start. */
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
