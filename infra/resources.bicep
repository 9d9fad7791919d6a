// The resource group's content, and who may do what on it. Names here are names in the code: tests compare them.
param environmentName string
param location string
param tags object
param administratorsId string
param administratorsName string
param withDataExplorer bool
param telemetryUrl string
param alertEmail string
param withAlertWebhooks bool
param withSigning bool
param ownSettings string
param ingestMemoryMb int
param scoringEngine string
param zones bool
param purgeProtection bool
param idleSchedule string
param registrySku string
param telemetryIngestorId string

var suffix = uniqueString(resourceGroup().id)
var lakeContainer = 'mlops'
var deadLetterContainer = 'deadletters'

// Which function runs where. Each runs in one app, except the health probe; the identity of its app is what it may do.
var ingestFunctions = [
  'data_event'
  'ingest'
  'data_poison'
  'plan_windows'
  'reconcile'
  'retain'
  'pipeline_submit'
  'pipeline_runs'
  'pipeline_run'
  'pipeline_cancel'
  'pipeline_schedule_add'
  'pipeline_schedules'
  'pipeline_schedule'
  'pipeline_schedule_stop'
  'monitor'
  'watch_scenario'
  'monitor_poison'
  'actuals'
  'work_replay'
]
var deployFunctions = [
  'model_event'
  'deploy'
  'model_poison'
  'reconcile_releases'
  'status'
  'trace'
  'dashboard'
  'dashboard_page'
  'approvals'
  'approval'
  'approve'
  'release_status'
  'rollback'
  'baseline_accept'
  'failure_acknowledge'
]
var scoreFunctions = [
  'predict_window'
  'window_poison'
  'score'
  'v2_server'
  'v2_live'
  'v2_ready'
  'v2_model'
  'v2_model_ready'
  'v2_infer'
]
var everywhere = ['health', 'static', 'docs', 'openapi']
// Which app works a queue off, and which others send to it. The host itself sends to a queue's poison queue.
var queues = {
  'data-events': { worker: 'ingest', senders: [] }
  'model-events': { worker: 'deploy', senders: ['ingest'] }
  'predict-windows': { worker: 'score', senders: ['ingest', 'deploy'] }
  'monitor-scenarios': { worker: 'ingest', senders: [] }
}

module identities 'modules/identities.bicep' = {
  name: 'identities'
  params: { environmentName: environmentName, location: location, tags: tags }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  params: {
    environmentName: environmentName
    location: location
    tags: tags
    publishers: [
      identities.outputs.ingest.principalId
      identities.outputs.deploy.principalId
      identities.outputs.score.principalId
    ]
  }
}

// Each host has an account of its own for its package, locks and diagnostics: no app can touch another's code.
var hosts = ['ingest', 'deploy', 'score']

module hostStorage 'modules/storage.bicep' = [
  for app in hosts: {
    name: 'host-storage-${app}'
    params: {
      name: 'sthost${take(app, 1)}${suffix}'
      location: location
      tags: tags
      zones: zones
      containers: ['package']
    }
  }
]

// Messages between the apps lie apart, and each app gets roles on single queues.
module queueStorage 'modules/storage.bicep' = {
  name: 'queue-storage'
  params: {
    name: 'stqueue${suffix}'
    location: location
    tags: tags
    zones: zones
    containers: []
    queues: flatten(map(objectKeys(queues), queue => [queue, '${queue}-poison']))
  }
}

module dataStorage 'modules/storage.bicep' = {
  name: 'data-storage'
  params: {
    name: 'stdata${suffix}'
    location: location
    tags: tags
    zones: zones
    containers: [lakeContainer, deadLetterContainer]
    versioning: true
    expireDays: 90
    coolPrefixes: ['${lakeContainer}/incoming/', '${lakeContainer}/quarantine/']
  }
}

module workspaceStorage 'modules/storage.bicep' = {
  name: 'workspace-storage'
  params: { name: 'stml${suffix}', location: location, tags: tags, zones: zones, containers: [] }
}

var apps = [identities.outputs.ingest, identities.outputs.deploy, identities.outputs.score]

module hostGrants 'modules/grants.bicep' = [
  for index in range(0, length(hosts)): {
    name: 'host-grants-${hosts[index]}'
    params: {
      accountName: hostStorage[index].outputs.name
      grants: [
        { principalId: apps[index].principalId, role: 'Storage Blob Data Owner' }
        { principalId: apps[index].principalId, role: 'Storage Table Data Contributor' }
      ]
    }
  }
]

var principals = {
  ingest: identities.outputs.ingest.principalId
  deploy: identities.outputs.deploy.principalId
  score: identities.outputs.score.principalId
}

var queueWorkers = map(
  items(queues),
  queue =>
    map([queue.key, '${queue.key}-poison'], name => {
      principalId: principals[queue.value.worker]
      role: 'Storage Queue Data Contributor'
      queue: name
    })
)
var queueSenders = map(
  items(queues),
  queue =>
    map(queue.value.senders, sender => {
      principalId: principals[sender]
      role: 'Storage Queue Data Message Sender'
      queue: queue.key
    })
)

// The sweep of ingest looks how long messages wait, in the queues of the others as well.
var queueWatchers = map(
  filter(items(queues), queue => queue.value.worker != 'ingest'),
  queue =>
    map([queue.key, '${queue.key}-poison'], name => {
      principalId: principals.ingest
      role: 'Storage Queue Data Reader'
      queue: name
    })
)

module queueGrants 'modules/grants.bicep' = {
  name: 'queue-grants'
  params: {
    accountName: queueStorage.outputs.name
    grants: concat(flatten(queueWorkers), flatten(queueSenders), flatten(queueWatchers))
  }
}

module dataGrants 'modules/grants.bicep' = {
  name: 'data-grants'
  params: {
    accountName: dataStorage.outputs.name
    grants: [
      {
        principalId: identities.outputs.ingest.principalId
        role: 'Storage Blob Data Contributor'
        container: lakeContainer
      }
      {
        principalId: identities.outputs.deploy.principalId
        role: 'Storage Blob Data Contributor'
        container: lakeContainer
      }
      {
        principalId: identities.outputs.score.principalId
        role: 'Storage Blob Data Contributor'
        container: lakeContainer
      }
      {
        principalId: identities.outputs.compute.principalId
        role: 'Storage Blob Data Contributor'
        container: lakeContainer
      }
      {
        principalId: identities.outputs.ingest.principalId
        role: 'Storage Blob Data Contributor'
        container: deadLetterContainer
      }
      {
        principalId: administratorsId
        role: 'Storage Blob Data Contributor'
        container: lakeContainer
        principalType: 'Group'
      }
    ]
  }
}

module workspaceGrants 'modules/grants.bicep' = {
  name: 'workspace-grants'
  params: {
    accountName: workspaceStorage.outputs.name
    grants: [
      { principalId: identities.outputs.compute.principalId, role: 'Storage Blob Data Contributor' }
      { principalId: identities.outputs.ingest.principalId, role: 'Storage Blob Data Contributor' }
    ]
  }
}

module ingestVault 'modules/vault.bicep' = {
  name: 'ingest-vault'
  params: {
    name: 'kvi${suffix}'
    location: location
    tags: tags
    logsId: monitoring.outputs.logsId
    purgeProtection: purgeProtection
    officers: [identities.outputs.ingest.principalId]
  }
}

module deployVault 'modules/vault.bicep' = {
  name: 'deploy-vault'
  params: {
    name: 'kvd${suffix}'
    location: location
    tags: tags
    logsId: monitoring.outputs.logsId
    purgeProtection: purgeProtection
    officers: [identities.outputs.deploy.principalId]
  }
}

module scoreVault 'modules/vault.bicep' = {
  name: 'score-vault'
  params: {
    name: 'kvs${suffix}'
    location: location
    tags: tags
    logsId: monitoring.outputs.logsId
    purgeProtection: purgeProtection
    officers: [identities.outputs.score.principalId]
  }
}

// Secrets that are settings: people write them, every app reads them.
module settingsVault 'modules/vault.bicep' = {
  name: 'settings-vault'
  params: {
    name: 'kva${suffix}'
    location: location
    tags: tags
    logsId: monitoring.outputs.logsId
    purgeProtection: purgeProtection
    officers: []
    readers: map(apps, app => app.principalId)
    people: administratorsId
  }
}

module signing 'modules/signing.bicep' = if (withSigning) {
  name: 'signing'
  params: {
    environmentName: environmentName
    suffix: suffix
    vaultName: settingsVault.outputs.name
    signers: [identities.outputs.deploy.principalId]
    people: administratorsId
  }
}

module workspaceVault 'modules/vault.bicep' = {
  name: 'workspace-vault'
  params: {
    name: 'kvm${suffix}'
    location: location
    tags: tags
    logsId: monitoring.outputs.logsId
    purgeProtection: purgeProtection
    officers: []
  }
}

module workspace 'modules/workspace.bicep' = {
  name: 'workspace'
  params: {
    environmentName: environmentName
    suffix: suffix
    location: location
    tags: tags
    accountId: workspaceStorage.outputs.id
    vaultId: workspaceVault.outputs.id
    insightsId: monitoring.outputs.insightsId
    compute: identities.outputs.compute
    lake: { account: dataStorage.outputs.name, container: lakeContainer }
    registrySku: registrySku
    trainers: concat(
      [identities.outputs.ingest.principalId],
      scoringEngine == 'process' ? [] : [identities.outputs.score.principalId]
    )
    jobIdentities: [identities.outputs.compute.principalId]
    deployers: [identities.outputs.deploy.principalId]
    readers: [identities.outputs.score.principalId]
  }
}

module database 'modules/database.bicep' = {
  name: 'database'
  params: {
    environmentName: environmentName
    suffix: suffix
    location: location
    tags: tags
    administratorsId: administratorsId
    administratorsName: administratorsName
    logsId: monitoring.outputs.logsId
    zones: zones
  }
}

module explorer 'modules/explorer.bicep' = if (withDataExplorer) {
  name: 'explorer'
  params: {
    suffix: suffix
    location: location
    tags: tags
    viewers: apps
    administratorsId: administratorsId
    ingestorId: telemetryIngestorId
  }
}

// Where the system tells others what happened.
module topic 'modules/topic.bicep' = {
  name: 'topic'
  params: {
    environmentName: environmentName
    suffix: suffix
    location: location
    tags: tags
    senders: [
      identities.outputs.ingest.principalId
      identities.outputs.deploy.principalId
      identities.outputs.score.principalId
    ]
  }
}

// NAME=value;NAME=value: what an operator changed, so that the next release does not undo it.
var changes = filter(split(ownSettings, ';'), one => contains(one, '='))
var changed = toObject(changes, one => trim(split(one, '=')[0]), one => substring(one, indexOf(one, '=') + 1))

var lakeUrl = '${dataStorage.outputs.blobEndpoint}${lakeContainer}'
var workspacePath = '${subscription().subscriptionId}/${resourceGroup().name}/${workspace.outputs.name}'
var settings = {
  LAKE_URL: lakeUrl
  DATABASE_URL: 'mssql+pyodbc://@${database.outputs.host}:1433/${database.outputs.name}?driver=ODBC+Driver+18+for+SQL+Server'
  REGISTRY_URL: 'azureml:${workspacePath}'
  TRAINER_URL: 'azureml:${workspacePath}'
  SERVING_URL: 'functions:'
  ENDPOINT_COMPUTE: 'Standard_DS3_v2:1'
  SCORER_URL: scoringEngine == 'process' ? 'process:' : '${scoringEngine}:${workspacePath}'
  SCORER_ROWS: '5000000'
  SQL_ROWS: 'all'
  DELTA_TABLES: 'on'
  TELEMETRY_URL: withDataExplorer ? explorer!.outputs.url : (empty(telemetryUrl) ? 'lake:' : telemetryUrl)
  EVENTS_URL: topic.outputs.endpoint
  TRAINING_PROFILE: 'default'
  TRAINING_LIMITS: ''
  TRAINING_INPUTS: ''
  // A drop lies on the temporary disk of its instance (0.8 GB) meanwhile, at half the size of its CSV files.
  MAX_FILE_MB: '1024'
  QUIET_SECONDS: '5'
  ENVIRONMENTS: 'preprod,prod'
  APPROVALS: 'prod'
  APPROVAL_HOURS: '72'
  APPROVE_OWN: 'false'
  SIGNING_KEY_URL: withSigning ? signing!.outputs.url : ''
  ROLLOUT: '0:10,10:10,50:10'
  HEALTH_RULES: ''
  TRIAL_WINDOWS: '10'
  LOG_SAMPLE: '0.1'
  // The addresses are secrets: an administrator puts them into the vault, and no pipeline sees them.
  ALERT_WEBHOOKS: withAlertWebhooks
    ? '@Microsoft.KeyVault(VaultName=${settingsVault.outputs.name};SecretName=alert-webhooks)'
    : ''
  // A firing is billed for a second at least. Timers that rest open no database, so monitoring may follow work closely.
  PLAN_SCHEDULE: '0 */5 * * * *'
  RECONCILE_SCHEDULE: '0 * * * * *'
  MONITOR_SCHEDULE: '0 */10 * * * *'
  // All look at the same minute: the database wakes up once.
  RETENTION_SCHEDULE: '0 10 2 * * *'
  IDLE_SCHEDULE: empty(idleSchedule) ? '0 10 2 * * *' : idleSchedule
  PRICE_FUNCTION_HOUR: '0.19'
  PRICE_TRAINING_HOUR: '0.23'
}

module ingestApp 'modules/app.bicep' = {
  name: 'ingest-app'
  dependsOn: [hostGrants, queueGrants]
  params: {
    name: 'func-ingest-${take(environmentName, 8)}-${suffix}'
    service: 'ingest'
    location: location
    tags: tags
    identity: identities.outputs.ingest
    hostAccount: hostStorage[0].outputs.name
    queueAccount: queueStorage.outputs.name
    insightsConnectionString: monitoring.outputs.connectionString
    vaultUri: ingestVault.outputs.uri
    disabled: concat(deployFunctions, scoreFunctions)
    settings: union(settings, changed)
    memoryMb: ingestMemoryMb
    messages: { batch: 1, threshold: 0 }
  }
}

module deployApp 'modules/app.bicep' = {
  name: 'deploy-app'
  dependsOn: [hostGrants, queueGrants]
  params: {
    name: 'func-deploy-${take(environmentName, 8)}-${suffix}'
    service: 'deploy'
    location: location
    tags: tags
    identity: identities.outputs.deploy
    hostAccount: hostStorage[1].outputs.name
    queueAccount: queueStorage.outputs.name
    insightsConnectionString: monitoring.outputs.connectionString
    vaultUri: deployVault.outputs.uri
    disabled: concat(ingestFunctions, scoreFunctions)
    settings: union(settings, changed)
    messages: { batch: 2, threshold: 1 }
  }
}

module scoreApp 'modules/app.bicep' = {
  name: 'score-app'
  dependsOn: [hostGrants, queueGrants]
  params: {
    name: 'func-score-${take(environmentName, 8)}-${suffix}'
    service: 'score'
    location: location
    tags: tags
    identity: identities.outputs.score
    hostAccount: hostStorage[2].outputs.name
    queueAccount: queueStorage.outputs.name
    insightsConnectionString: monitoring.outputs.connectionString
    vaultUri: scoreVault.outputs.uri
    disabled: concat(ingestFunctions, deployFunctions)
    settings: union(settings, changed)
    messages: { batch: 4, threshold: 2 }
  }
}

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  params: {
    environmentName: environmentName
    location: location
    tags: tags
    insightsId: monitoring.outputs.insightsId
    logsId: monitoring.outputs.logsId
    email: alertEmail
  }
}

output ingestName string = ingestApp.outputs.name
output deployName string = deployApp.outputs.name
output scoreName string = scoreApp.outputs.name
output dataAccount string = dataStorage.outputs.name
output lakeUrl string = lakeUrl
output databaseServer string = database.outputs.host
output databaseName string = database.outputs.name
output settingsVault string = settingsVault.outputs.name
output workspaceName string = workspace.outputs.name
output identities object = {
  ingest: identities.outputs.ingest.name
  deploy: identities.outputs.deploy.name
  score: identities.outputs.score.name
  compute: identities.outputs.compute.name
}
// `everywhere` is what no app switches off.
output alwaysOn array = everywhere
