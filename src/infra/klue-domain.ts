// The public host of a service.
import { CfnOutput } from 'aws-cdk-lib'
import { ApiMapping, DomainName, type HttpApi, type HttpStage } from 'aws-cdk-lib/aws-apigatewayv2'
import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager'
import { AaaaRecord, ARecord, type IHostedZone, RecordTarget } from 'aws-cdk-lib/aws-route53'
import { ApiGatewayv2DomainProperties } from 'aws-cdk-lib/aws-route53-targets'
import { Construct } from 'constructs'

export interface KlueDomainProps {
  /** The host, such as `builds.example.com`. */
  readonly domainName: string
  /** In the region of the stack. */
  readonly certificate: ICertificate
  /** What answers there. */
  readonly api: HttpApi
  /** The stage of it that answers. */
  readonly stage: HttpStage
  /** Zone in which the host is registered. @default the record to make is an output of the stack */
  readonly hostedZone?: IHostedZone
}

/** A host with its certificate, mapped to an HTTP API. */
export class KlueDomain extends Construct {
  /** The host with its certificate. */
  readonly domain: DomainName

  constructor(scope: Construct, id: string, { domainName, certificate, api, stage, hostedZone }: KlueDomainProps) {
    super(scope, id)
    this.domain = new DomainName(this, 'Name', { domainName, certificate })
    new ApiMapping(this, 'Mapping', { api, domainName: this.domain, stage })
    const { regionalDomainName, regionalHostedZoneId } = this.domain
    if (hostedZone === undefined) {
      new CfnOutput(this, 'Record', { key: 'DnsRecord', description: 'Make this record at your provider of names', value: `${domainName} CNAME ${regionalDomainName}` })
      return
    }
    const target = RecordTarget.fromAlias(new ApiGatewayv2DomainProperties(regionalDomainName, regionalHostedZoneId))
    // The dot at the end: the name is whole, whatever zone it stands in.
    const record = { zone: hostedZone, recordName: `${domainName}.`, target }
    new ARecord(this, 'Ipv4', record)
    new AaaaRecord(this, 'Ipv6', record)
  }
}
