import { Annotations, Duration } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import * as origins from 'aws-cdk-lib/aws-cloudfront-origins';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import * as route53 from 'aws-cdk-lib/aws-route53';
import { CloudFrontTarget } from 'aws-cdk-lib/aws-route53-targets';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { Construct, type IDependable } from 'constructs';
import { createFrontendBucket } from './frontend-bucket';
import { Publication } from './publication';
import { ADD_NOINDEX, ROUTE_TO_INDEX } from './viewer-functions';
import { API_ROUTES, CLIENT_PATH_BELOW_API } from '../contract/routes';
import type { LambdaImage } from '../private/image';
import type { LogOptions } from '../private/log-group';
import { suppressNag } from '../private/nag';
import { globalName } from '../private/names';

export interface FrontendProps {
  readonly image: LambdaImage;
  readonly api: RestApi;
  readonly apiKey: ISecret;
  /** The function that must be updated before the client of the same release is published. */
  readonly apiVersion: IDependable;
  readonly domainName?: string;
  readonly certificate?: acm.ICertificate;
  readonly hostedZone?: route53.IHostedZone;
  /** Name of the SSM parameter with the public URL, if there is no domain. */
  readonly urlParameterName?: string;
  readonly webAclArn?: string;
  readonly geoRestriction?: cloudfront.GeoRestriction;
  readonly priceClass?: cloudfront.PriceClass;
  readonly logs: LogOptions;
}

/** The client in a bucket, and the distribution in front of the bucket and the API. */
export class Frontend extends Construct {
  public readonly bucket: IBucket;
  public readonly distribution: cloudfront.Distribution;
  public readonly certificate?: acm.ICertificate;
  /** The function that publishes the client during deployments. */
  public readonly publisher: IFunction;

  constructor(scope: Construct, id: string, props: FrontendProps) {
    super(scope, id);

    this.bucket = createFrontendBucket(this);
    this.certificate = props.certificate ?? this.createCertificate(props);
    this.distribution = this.createDistribution(props);
    const { resource, handler } = this.publish(props);
    this.publisher = handler;
    this.createRecords(props, resource);
    if (props.urlParameterName) {
      new ssm.StringParameter(this, 'Url', {
        description: 'LibreChat: public URL',
        parameterName: props.urlParameterName,
        simpleName: false,
        stringValue: `https://${this.distribution.distributionDomainName}`,
      });
    }
  }

  /**
   * Everything that may fail is created before the bucket has contents: a rollback cannot delete a bucket that is not empty. The bucket's
   * policy and the resource that empties it are created before the contents, and deleted after.
   */
  private publish({ image, logs, apiVersion }: FrontendProps): Publication {
    const publication = new Publication(this, 'Publication', { image, logs, bucket: this.bucket });
    const { resource } = publication;
    resource.node.addDependency(this.bucket, this.distribution);
    // Open tabs use an older client with a newer API anyway. LibreChat does not support the reverse.
    resource.node.addDependency(apiVersion);
    return publication;
  }

  private createCertificate({ domainName, hostedZone }: FrontendProps): acm.ICertificate | undefined {
    if (!domainName || !hostedZone) return undefined;
    return new acm.Certificate(this, 'Certificate', { domainName, validation: acm.CertificateValidation.fromDns(hostedZone) });
  }

  private createDistribution(props: FrontendProps): cloudfront.Distribution {
    const client = this.clientBehavior();
    const api = apiBehavior(props);
    const distribution = new cloudfront.Distribution(this, 'Distribution', {
      comment: 'LibreChat',
      defaultRootObject: 'index.html',
      defaultBehavior: client,
      // CloudFront uses the first behavior that matches.
      additionalBehaviors: {
        [CLIENT_PATH_BELOW_API]: client,
        ...Object.fromEntries(API_ROUTES.map(({ prefix }) => [`${prefix}/*`, api])),
      },
      domainNames: props.domainName ? [props.domainName] : undefined,
      certificate: this.certificate,
      // The security policy of CloudFront's default certificate cannot be changed.
      minimumProtocolVersion: props.domainName ? cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021 : undefined,
      httpVersion: cloudfront.HttpVersion.HTTP2_AND_3,
      priceClass: props.priceClass,
      geoRestriction: props.geoRestriction,
      webAclId: props.webAclArn,
    });
    // Viewers cannot list the bucket: the root is index.html, and the function rewrites all paths but files.
    Annotations.of(distribution).acknowledgeWarning('@aws-cdk/aws-cloudfront-origins:listBucketSecurityRisk');
    suppressNag(distribution,
      { id: 'AwsSolutions-CFR1', reason: '`geoRestriction` restricts countries' },
      { id: 'AwsSolutions-CFR2', reason: '`webAclArn` associates a web ACL, which is charged' },
      { id: 'AwsSolutions-CFR3', reason: 'API Gateway logs all requests to the API; the client consists of public files' },
      ...props.domainName ? [] : [{ id: 'AwsSolutions-CFR4', reason: 'The TLS policy of the default certificate of CloudFront cannot be changed; `domainName` uses another certificate' }],
    );
    return distribution;
  }

  private clientBehavior(): cloudfront.BehaviorOptions {
    return {
      // With LIST, S3 responds with 404 instead of 403 for a missing file.
      origin: origins.S3BucketOrigin.withOriginAccessControl(this.bucket, {
        originAccessControl: this.createOriginAccessControl(),
        originAccessLevels: [cloudfront.AccessLevel.READ, cloudfront.AccessLevel.LIST],
      }),
      viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      cachePolicy: cloudfront.CachePolicy.CACHING_OPTIMIZED,
      responseHeadersPolicy: cloudfront.ResponseHeadersPolicy.SECURITY_HEADERS,
      functionAssociations: [
        { eventType: cloudfront.FunctionEventType.VIEWER_REQUEST, function: this.createFunction('RouteToPage', ROUTE_TO_INDEX) },
        { eventType: cloudfront.FunctionEventType.VIEWER_RESPONSE, function: this.createFunction('KeepOutRobots', ADD_NOINDEX) },
      ],
    };
  }

  private createOriginAccessControl(): cloudfront.S3OriginAccessControl {
    return new cloudfront.S3OriginAccessControl(this, 'OriginAccessControl', {
      originAccessControlName: globalName(this, 'OriginAccessControl'),
    });
  }

  private createFunction(id: string, code: string): cloudfront.Function {
    return new cloudfront.Function(this, id, {
      functionName: globalName(this, id),
      runtime: cloudfront.FunctionRuntime.JS_2_0,
      code: cloudfront.FunctionCode.fromInline(code),
    });
  }

  /** Viewers are not sent to a site without a client. */
  private createRecords({ domainName, hostedZone }: FrontendProps, published: IDependable): void {
    if (!domainName || !hostedZone) return;
    const record = { zone: hostedZone, recordName: `${domainName}.`, target: route53.RecordTarget.fromAlias(new CloudFrontTarget(this.distribution)) };
    new route53.ARecord(this, 'Ipv4Record', record).node.addDependency(published);
    new route53.AaaaRecord(this, 'Ipv6Record', record).node.addDependency(published);
  }
}

function apiBehavior({ api, apiKey }: FrontendProps): cloudfront.BehaviorOptions {
  return {
    origin: new origins.RestApiOrigin(api, {
      // The maximum without a quota increase. The adapter sends a comment before a stream is silent for that long.
      readTimeout: Duration.seconds(120),
      keepaliveTimeout: Duration.seconds(60),
      // CloudFront would repeat a GET request that timed out, and LibreChat would process it twice.
      connectionAttempts: 1,
      customHeaders: { 'x-api-key': apiKey.secretValue.unsafeUnwrap() },
    }),
    viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
    allowedMethods: cloudfront.AllowedMethods.ALLOW_ALL,
    cachePolicy: cloudfront.CachePolicy.CACHING_DISABLED,
    originRequestPolicy: cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
    responseHeadersPolicy: cloudfront.ResponseHeadersPolicy.SECURITY_HEADERS,
  };
}
