// The process that owns the data of a drill, until it is killed: tells where it answers.
import { openLocalDynamo } from '../../../src/platform/local/index.ts'

const { endpoint, credentials } = await openLocalDynamo({ folder: process.argv[2]! })
process.stdout.write(`${JSON.stringify({ endpoint, credentials })}\n`)
