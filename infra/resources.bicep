// The resource group's content, and who may do what on it. Names here are names in the code: tests compare them.
param environmentName string
param location string
param tags object
param administratorsId string
param administratorsName string
param withDataExplorer bool
param telemetryUrl string
param alertEmail string

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
var queues = ['data-events', 'model-events', 'predict-windows', 'monitor-scenarios']

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

// The platform's own account (locks, keys, queues, packages) and the data's account are apart: the apps own the first,
// and may do with the second only what they need.
module hostStorage 'modules/storage.bicep' = {
  name: 'host-storage'
  params: {
    name: 'sthost${suffix}'
    location: location
    tags: tags
    containers: ['package-ingest', 'package-deploy', 'package-score']
    queues: queues
  }
}

module dataStorage 'modules/storage.bicep' = {
  name: 'data-storage'
  params: {
    name: 'stdata${suffix}'
    location: location
    tags: tags
    containers: [lakeContainer, deadLetterContainer]
    versioning: true
    expireDays: 90
  }
}

module workspaceStorage 'modules/storage.bicep' = {
  name: 'workspace-storage'
  params: { name: 'stml${suffix}', location: location, tags: tags, containers: [] }
}

var apps = [identities.outputs.ingest, identities.outputs.deploy, identities.outputs.score]

module hostGrants 'modules/grants.bicep' = {
  name: 'host-grants'
  params: {
    accountName: hostStorage.outputs.name
    grants: flatten(map(apps, app => [
      { principalId: app.principalId, role: 'Storage Blob Data Owner', container: '' }
      { principalId: app.principalId, role: 'Storage Queue Data Contributor', container: '' }
      { principalId: app.principalId, role: 'Storage Table Data Contributor', container: '' }
    ]))
  }
}

module dataGrants 'modules/grants.bicep' = {
  name: 'data-grants'
  params: {
    accountName: dataStorage.outputs.name
    grants: [
      { principalId: identities.outputs.ingest.principalId, role: 'Storage Blob Data Contributor', container: lakeContainer }
      { principalId: identities.outputs.deploy.principalId, role: 'Storage Blob Data Contributor', container: lakeContainer }
      { principalId: identities.outputs.score.principalId, role: 'Storage Blob Data Contributor', container: lakeContainer }
      { principalId: identities.outputs.compute.principalId, role: 'Storage Blob Data Contributor', container: lakeContainer }
      { principalId: identities.outputs.ingest.principalId, role: 'Storage Blob Data Contributor', container: deadLetterContainer }
      { principalId: administratorsId, role: 'Storage Blob Data Contributor', container: lakeContainer, principalType: 'Group' }
    ]
  }
}

module workspaceGrants 'modules/grants.bicep' = {
  name: 'workspace-grants'
  params: {
    accountName: workspaceStorage.outputs.name
    grants: [
      { principalId: identities.outputs.compute.principalId, role: 'Storage Blob Data Contributor', container: '' }
      { principalId: identities.outputs.ingest.principalId, role: 'Storage Blob Data Contributor', container: '' }
    ]
  }
}

module ingestVault 'modules/vault.bicep' = {
  name: 'ingest-vault'
  params: { name: 'kvi${suffix}', location: location, tags: tags, officers: [identities.outputs.ingest.principalId] }
}

module deployVault 'modules/vault.bicep' = {
  name: 'deploy-vault'
  params: { name: 'kvd${suffix}', location: location, tags: tags, officers: [identities.outputs.deploy.principalId] }
}

module scoreVault 'modules/vault.bicep' = {
  name: 'score-vault'
  params: { name: 'kvs${suffix}', location: location, tags: tags, officers: [identities.outputs.score.principalId] }
}

module workspaceVault 'modules/vault.bicep' = {
  name: 'workspace-vault'
  params: { name: 'kvm${suffix}', location: location, tags: tags, officers: [] }
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
    trainers: [identities.outputs.ingest.principalId, identities.outputs.compute.principalId]
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
  }
}

module explorer 'modules/explorer.bicep' = if (withDataExplorer) {
  name: 'explorer'
  params: { suffix: suffix, location: location, tags: tags, viewers: apps }
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

var lakeUrl = '${dataStorage.outputs.blobEndpoint}${lakeContainer}'
var workspacePath = '${subscription().subscriptionId}/${resourceGroup().name}/${workspace.outputs.name}'
var settings = {
  LAKE_URL: lakeUrl
  DATABASE_URL: 'mssql+pyodbc://@${database.outputs.host}:1433/${database.outputs.name}?driver=ODBC+Driver+18+for+SQL+Server'
  REGISTRY_URL: 'azureml:${workspacePath}'
  TRAINER_URL: 'azureml:${workspacePath}'
  SERVING_URL: 'functions:'
  ENDPOINT_COMPUTE: 'Standard_DS3_v2:1'
  TELEMETRY_URL: withDataExplorer ? explorer!.outputs.url : (empty(telemetryUrl) ? 'lake:' : telemetryUrl)
  EVENTS_URL: topic.outputs.endpoint
  TRAINING_PROFILE: 'default'
  TRAINING_LIMITS: ''
  TRAINING_INPUTS: ''
  MAX_FILE_MB: '16384'
  QUIET_SECONDS: '5'
  ENVIRONMENTS: 'preprod,prod'
  APPROVALS: 'prod'
  APPROVAL_HOURS: '72'
  APPROVE_OWN: 'false'
  ROLLOUT: '0:10,10:10,50:10'
  HEALTH_RULES: ''
  TRIAL_WINDOWS: '10'
  LOG_SAMPLE: '0.1'
  ALERT_WEBHOOKS: ''
  PLAN_SCHEDULE: '0 */5 * * * *'
  RECONCILE_SCHEDULE: '*/20 * * * * *'
  MONITOR_SCHEDULE: '0 10 * * * *'
  PRICE_FUNCTION_HOUR: '0.19'
  PRICE_TRAINING_HOUR: '0.23'
}

module ingestApp 'modules/app.bicep' = {
  name: 'ingest-app'
  dependsOn: [hostGrants]
  params: {
    name: 'func-ingest-${take(environmentName, 8)}-${suffix}'
    service: 'ingest'
    location: location
    tags: tags
    identity: identities.outputs.ingest
    hostAccount: hostStorage.outputs.name
    packageContainer: 'package-ingest'
    insightsConnectionString: monitoring.outputs.connectionString
    vaultUri: ingestVault.outputs.uri
    disabled: concat(deployFunctions, scoreFunctions)
    settings: settings
    memoryMb: 4096
  }
}

module deployApp 'modules/app.bicep' = {
  name: 'deploy-app'
  dependsOn: [hostGrants]
  params: {
    name: 'func-deploy-${take(environmentName, 8)}-${suffix}'
    service: 'deploy'
    location: location
    tags: tags
    identity: identities.outputs.deploy
    hostAccount: hostStorage.outputs.name
    packageContainer: 'package-deploy'
    insightsConnectionString: monitoring.outputs.connectionString
    vaultUri: deployVault.outputs.uri
    disabled: concat(ingestFunctions, scoreFunctions)
    settings: settings
    maximumInstances: 10
  }
}

module scoreApp 'modules/app.bicep' = {
  name: 'score-app'
  dependsOn: [hostGrants]
  params: {
    name: 'func-score-${take(environmentName, 8)}-${suffix}'
    service: 'score'
    location: location
    tags: tags
    identity: identities.outputs.score
    hostAccount: hostStorage.outputs.name
    packageContainer: 'package-score'
    insightsConnectionString: monitoring.outputs.connectionString
    vaultUri: scoreVault.outputs.uri
    disabled: concat(ingestFunctions, deployFunctions)
    settings: settings
    maximumInstances: 100
  }
}

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  params: {
    environmentName: environmentName
    location: location
    tags: tags
    insightsId: monitoring.outputs.insightsId
    hostAccountId: hostStorage.outputs.id
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
output workspaceName string = workspace.outputs.name
output identities object = {
  ingest: identities.outputs.ingest.name
  deploy: identities.outputs.deploy.name
  score: identities.outputs.score.name
  compute: identities.outputs.compute.name
}
// `everywhere` is what no app switches off.
output alwaysOn array = everywhere
