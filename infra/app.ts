// The CDK app of the service: one stack a stage. `npx cdk deploy -c stage=live`; without a stage, one of your own.
import { App, Stack } from 'aws-cdk-lib'
import { KlueService, prepareProject, stageOf, synthChecked } from 'klue/infra'

const app = new App()
const project = await prepareProject({ stage: stageOf(app) })
const stack = new Stack(app, project.stackName)
new KlueService(stack, 'Service', { project })
await synthChecked(app, project)
