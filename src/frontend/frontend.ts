import { Annotations, Duration } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import * as origins from 'aws-cdk-lib/aws-cloudfront-origins';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as route53 from 'aws-cdk-lib/aws-route53';
import { CloudFrontTarget } from 'aws-cdk-lib/aws-route53-targets';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { Construct, type IDependable } from 'constructs';
import { createFrontendBucket } from './frontend-bucket';
import { KEEP_OUT_ROBOTS, ROUTE_TO_PAGE } from './page-functions';
import { Publication } from './publication';
import { API_ROUTES, PAGE_ROUTE_BELOW_API } from '../contract/routes';
import type { LambdaImage } from '../private/lambda-image';
import { accept } from '../private/nag';

export interface FrontendProps {
  readonly image: LambdaImage;
  readonly api: RestApi;
  readonly apiKey: ISecret;
  /** What must be deployed before the page that goes with it. */
  readonly apiVersion: IDependable;
  readonly domainName?: string;
  readonly certificate?: acm.ICertificate;
  readonly hostedZone?: route53.IHostedZone;
  /** Name of the parameter that tells the function its URL, where there is no domain. */
  readonly urlParameterName?: string;
  readonly webAclArn?: string;
  readonly geoRestriction?: cloudfront.GeoRestriction;
  readonly priceClass?: cloudfront.PriceClass;
  readonly logRetention: RetentionDays;
}

/** The page in a bucket, and the distribution that puts page and API under one name. */
export class Frontend extends Construct {
  public readonly bucket: IBucket;
  public readonly distribution: cloudfront.Distribution;
  public readonly certificate?: acm.ICertificate;
  public readonly publication: Publication;
  public readonly edgeFunctions: cloudfront.IFunction[] = [];
  public readonly records: route53.IRecordSet[];
  public readonly urlParameter?: ssm.IStringParameter;

  constructor(scope: Construct, id: string, props: FrontendProps) {
    super(scope, id);

    this.bucket = createFrontendBucket(this);
    this.publication = new Publication(this, 'Publication', { image: props.image, bucket: this.bucket, logRetention: props.logRetention });
    // Open tabs make an older page meet a newer API every day; the other way round is new to LibreChat.
    this.publication.resource.node.addDependency(props.apiVersion);

    this.certificate = props.certificate ?? this.createCertificate(props);
    this.distribution = this.createDistribution(props);
    // Nobody is shown a site without a page.
    this.distribution.node.addDependency(this.publication.resource);

    this.records = this.createRecords(props);
    if (props.urlParameterName) {
      this.urlParameter = new ssm.StringParameter(this, 'Url', {
        description: 'LibreChat: its own public URL',
        parameterName: props.urlParameterName,
        simpleName: false,
        stringValue: `https://${this.distribution.distributionDomainName}`,
      });
    }
  }

  private createCertificate({ domainName, hostedZone }: FrontendProps): acm.ICertificate | undefined {
    if (!domainName || !hostedZone) return undefined;
    return new acm.Certificate(this, 'Certificate', { domainName, validation: acm.CertificateValidation.fromDns(hostedZone) });
  }

  private createDistribution(props: FrontendProps): cloudfront.Distribution {
    const page = this.pageBehavior();
    const api = apiBehavior(props);
    const distribution = new cloudfront.Distribution(this, 'Distribution', {
      comment: 'LibreChat',
      defaultRootObject: 'index.html',
      defaultBehavior: page,
      // The most specific first: CloudFront takes the first that matches.
      additionalBehaviors: {
        [PAGE_ROUTE_BELOW_API]: page,
        ...Object.fromEntries(API_ROUTES.map((route) => [`/${route}/*`, api])),
      },
      domainNames: props.domainName ? [props.domainName] : undefined,
      certificate: this.certificate,
      // CloudFront's own certificate comes with a policy of its own.
      minimumProtocolVersion: props.domainName ? cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021 : undefined,
      httpVersion: cloudfront.HttpVersion.HTTP2_AND_3,
      priceClass: props.priceClass,
      geoRestriction: props.geoRestriction,
      webAclId: props.webAclArn,
    });
    // Nobody gets to list the bucket: the root is index.html, and the function rewrites whatever is no file.
    Annotations.of(distribution).acknowledgeWarning('@aws-cdk/aws-cloudfront-origins:listBucketSecurityRisk');
    accept(distribution,
      { id: 'AwsSolutions-CFR1', reason: 'Who may come from where is for `geoRestriction` to say' },
      { id: 'AwsSolutions-CFR2', reason: 'A web ACL costs money, and is for `webAclArn` to say' },
      { id: 'AwsSolutions-CFR3', reason: 'The API logs each request; a log of the page is for the owner of the site to want' },
      ...props.domainName ? [] : [{ id: 'AwsSolutions-CFR4', reason: 'Without `domainName` CloudFront brings its own certificate, and its own TLS policy' }],
    );
    return distribution;
  }

  private pageBehavior(): cloudfront.BehaviorOptions {
    return {
      // LIST makes S3 say 404 rather than 403 where a file is missing.
      origin: origins.S3BucketOrigin.withOriginAccessControl(this.bucket, {
        originAccessLevels: [cloudfront.AccessLevel.READ, cloudfront.AccessLevel.LIST],
      }),
      viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      cachePolicy: cloudfront.CachePolicy.CACHING_OPTIMIZED,
      responseHeadersPolicy: cloudfront.ResponseHeadersPolicy.SECURITY_HEADERS,
      functionAssociations: [
        { eventType: cloudfront.FunctionEventType.VIEWER_REQUEST, function: this.edgeFunction('RouteToPage', ROUTE_TO_PAGE) },
        { eventType: cloudfront.FunctionEventType.VIEWER_RESPONSE, function: this.edgeFunction('KeepOutRobots', KEEP_OUT_ROBOTS) },
      ],
    };
  }

  private edgeFunction(id: string, code: string): cloudfront.Function {
    const edgeFunction = new cloudfront.Function(this, id, {
      runtime: cloudfront.FunctionRuntime.JS_2_0,
      code: cloudfront.FunctionCode.fromInline(code),
    });
    this.edgeFunctions.push(edgeFunction);
    return edgeFunction;
  }

  private createRecords({ domainName, hostedZone }: FrontendProps): route53.IRecordSet[] {
    if (!domainName || !hostedZone) return [];
    const record = { zone: hostedZone, recordName: `${domainName}.`, target: route53.RecordTarget.fromAlias(new CloudFrontTarget(this.distribution)) };
    return [new route53.ARecord(this, 'Ipv4Record', record), new route53.AaaaRecord(this, 'Ipv6Record', record)];
  }
}

function apiBehavior({ api, apiKey }: FrontendProps): cloudfront.BehaviorOptions {
  return {
    origin: new origins.RestApiOrigin(api, {
      // The longest without a quota request; the adapter never lets a stream be silent for as long.
      readTimeout: Duration.seconds(120),
      keepaliveTimeout: Duration.seconds(60),
      // CloudFront would send a GET again that timed out, and LibreChat serve it twice.
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
