// Keys of earlier kits: other names of known keys, and keys that nothing reads any more with what replaces them.

/** Other names: the value is taken as that of the known key. */
export const synonyms: Readonly<Record<string, string>> = {
  live_url: 'live_host',
  aws_region: 'aws_default_region',
}

/** Names whose value is the name of an environment variable that holds the value of the known key. */
export const variableKeys: Readonly<Record<string, string>> = {
  env_jwt_secret: 'jwt_secret',
  env_jwt_issuer: 'jwt_issuer',
  env_jwt_audience: 'jwt_audience',
}

/** Accepted, kept readable, and used by nothing: key → what replaces it. */
export const replacedKeys: Readonly<Record<string, string>> = {
  app_name_dev: 'the stack is called by `name` and the stage',
  app_name_live: 'the stack is called by `name` and the stage',
  aws_access_key_id: 'credentials come from the AWS profile (`aws_user`) or the role of the function',
  aws_instance_type: 'functions have a memory size, set in infra/',
  aws_keypair: 'there are no servers to log in to',
  aws_secret_access_key: 'credentials come from the AWS profile (`aws_user`) or the role of the function',
  cpu_count: 'functions have a memory size, set in infra/',
  deploy_target: 'the service is deployed to AWS Lambda by `cdk deploy`',
  docker_base: 'there is no image: code is bundled',
  docker_bucket: 'the CDK keeps its assets in its own bucket',
  docker_repo: 'there is no image: code is bundled',
  gcp_memory: 'the service is deployed to AWS Lambda by `cdk deploy`',
  gcp_region: 'the region is `aws_default_region`',
  gcp_request_concurrency: 'concurrency is `aws_hosts_min` and `aws_hosts_max`',
  include_links: 'code of other repositories comes as npm packages',
  scout_app_name: 'requests, metrics and reports are kept in the own AWS account',
  scout_key: 'requests, metrics and reports are kept in the own AWS account',
  with_async: '`asyncTask` needs no worker beside the service',
  worker_count: 'Lambda starts as many instances as requests need: `aws_hosts_min` and `aws_hosts_max`',
}
