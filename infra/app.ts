// The CDK app of the service: one stack a stage. `npx cdk synth -c stage=live`
import { App, Stack } from 'aws-cdk-lib'
import { bundleService, KlueService } from 'klue/infra'

const app = new App()
const stage = String(app.node.tryGetContext('stage') ?? 'live')
const bundle = await bundleService({ entry: 'functions/builds.ts', stage })
const stack = new Stack(app, `${bundle.name}-${stage}`)
new KlueService(stack, 'Service', { bundle })
app.synth()
