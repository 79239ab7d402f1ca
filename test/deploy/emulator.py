# Starts MiniStack, with the deviations from AWS that matter here put right.
import inspect

import ministack.core.iam_evaluator as policies
import ministack.services.apigateway as gateway
from ministack.app import main

# Two conditions of policies that the emulator cannot answer: requests to AWS come over TLS, and on loopback there is none;
# and the group that metrics are put into, of which the services of the suite have only one.
resolve = policies._resolve_condition_key
answers = {"aws:securetransport": "true", "cloudwatch:namespace": "klue"}
policies._resolve_condition_key = lambda key, context: answers[key.lower()] if key.lower() in answers else resolve(key, context)

# AWS asks for the permission of the single call where a queue gets a batch.
matches = policies._action_matches
policies._action_matches = lambda action, *rest: matches(action.removesuffix("Batch") if action.lower().startswith("sqs:") else action, *rest)

# AWS answers OPTIONS by itself only where CORS is configured in the gateway; a service of klue answers in its function.
source = inspect.getsource(gateway._handle_execute_in_scope)
condition = 'if method == "OPTIONS":'
assert source.count(condition) == 1, "MiniStack has changed: is this file still needed?"
exec(source.replace(condition, 'if method == "OPTIONS" and cors_cfg:'), gateway.__dict__)

main()
