// The calls of DynamoDB that tables need, with what goes in and comes out.
import type {
  BatchGetItemCommandInput,
  BatchGetItemCommandOutput,
  BatchWriteItemCommandInput,
  BatchWriteItemCommandOutput,
  CreateTableCommandInput,
  CreateTableCommandOutput,
  DeleteItemCommandInput,
  DeleteItemCommandOutput,
  DeleteTableCommandInput,
  DeleteTableCommandOutput,
  DescribeTableCommandInput,
  DescribeTableCommandOutput,
  GetItemCommandInput,
  GetItemCommandOutput,
  ListTablesCommandInput,
  ListTablesCommandOutput,
  PutItemCommandInput,
  PutItemCommandOutput,
  QueryCommandInput,
  QueryCommandOutput,
  ScanCommandInput,
  ScanCommandOutput,
  TransactGetItemsCommandInput,
  TransactGetItemsCommandOutput,
  TransactWriteItemsCommandInput,
  TransactWriteItemsCommandOutput,
  UpdateItemCommandInput,
  UpdateItemCommandOutput,
  UpdateTableCommandInput,
  UpdateTableCommandOutput,
} from '@aws-sdk/client-dynamodb'

/** The calls that a database answers: input and output by name. */
export interface DatabaseCalls {
  BatchGetItem: [BatchGetItemCommandInput, BatchGetItemCommandOutput]
  BatchWriteItem: [BatchWriteItemCommandInput, BatchWriteItemCommandOutput]
  CreateTable: [CreateTableCommandInput, CreateTableCommandOutput]
  DeleteItem: [DeleteItemCommandInput, DeleteItemCommandOutput]
  DeleteTable: [DeleteTableCommandInput, DeleteTableCommandOutput]
  DescribeTable: [DescribeTableCommandInput, DescribeTableCommandOutput]
  GetItem: [GetItemCommandInput, GetItemCommandOutput]
  ListTables: [ListTablesCommandInput, ListTablesCommandOutput]
  PutItem: [PutItemCommandInput, PutItemCommandOutput]
  Query: [QueryCommandInput, QueryCommandOutput]
  Scan: [ScanCommandInput, ScanCommandOutput]
  TransactGetItems: [TransactGetItemsCommandInput, TransactGetItemsCommandOutput]
  TransactWriteItems: [TransactWriteItemsCommandInput, TransactWriteItemsCommandOutput]
  UpdateItem: [UpdateItemCommandInput, UpdateItemCommandOutput]
  UpdateTable: [UpdateTableCommandInput, UpdateTableCommandOutput]
}
