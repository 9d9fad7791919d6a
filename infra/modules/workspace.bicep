// Azure Machine Learning: a workspace that reads its storage by identity, and a cluster that shrinks to nothing.
param environmentName string
param suffix string
param location string
param tags object
param accountId string

@description('The account and the container of the lake.')
param lake { account: string, container: string }

param vaultId string
param insightsId string

@description('The identity of the training compute.')
param compute object

@description('Principals that start training runs and read the registry.')
param trainers array

@description('The identity that the code of jobs runs with.')
param jobIdentities array

@description('Principals that deploy to managed endpoints and read the registry.')
param deployers array

@description('Principals that read the registry only.')
param readers array

@description('Basic, Standard or Premium.')
param registrySku string

var roleIds = loadJsonContent('../roles.json')
var short = guid(resourceGroup().id, 'mlops')

resource registry 'Microsoft.ContainerRegistry/registries@2025-04-01' = {
  name: 'crmlops${suffix}'
  location: location
  tags: tags
  sku: { name: registrySku }
  properties: { adminUserEnabled: false }
}

resource pull 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(registry.id, compute.principalId, 'AcrPull')
  scope: registry
  properties: {
    principalId: compute.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.AcrPull)
  }
}

resource workspace 'Microsoft.MachineLearningServices/workspaces@2025-06-01' = {
  name: 'mlw-mlops-${environmentName}'
  location: location
  tags: tags
  identity: { type: 'SystemAssigned' }
  sku: { name: 'Basic', tier: 'Basic' }
  properties: {
    friendlyName: 'Event-driven MLOps (${environmentName})'
    storageAccount: accountId
    keyVault: vaultId
    applicationInsights: insightsId
    containerRegistry: registry.id
    systemDatastoresAuthMode: 'Identity'
    v1LegacyMode: false
  }
}

resource cluster 'Microsoft.MachineLearningServices/workspaces/computes@2025-06-01' = {
  parent: workspace
  name: 'cpu-cluster'
  location: location
  tags: tags
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${compute.id}': {} } }
  properties: {
    computeType: 'AmlCompute'
    disableLocalAuth: true
    properties: {
      vmSize: 'Standard_DS3_v2'
      vmPriority: 'Dedicated'
      scaleSettings: { minNodeCount: 0, maxNodeCount: 4, nodeIdleTimeBeforeScaleDown: 'PT10M' }
      remoteLoginPortPublicAccess: 'Disabled'
    }
  }
}

// Jobs read and write the lake through this, each with its own identity: there is no credential in it.
resource datastore 'Microsoft.MachineLearningServices/workspaces/datastores@2025-06-01' = {
  parent: workspace
  name: 'mlops'
  properties: {
    datastoreType: 'AzureBlob'
    accountName: lake.account
    containerName: lake.container
    endpoint: environment().suffixes.storage
    protocol: 'https'
    credentials: { credentialsType: 'None' }
    serviceDataAccessAuthIdentity: 'None'
  }
}

// The built-in roles let a trainer deploy and a reader list datastore credentials; these do not.
resource trainer 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(short, 'trainer')
  properties: {
    roleName: 'MLOps trainer (${environmentName}-${suffix})'
    description: 'Starts and watches training jobs, registers data and models; publishes and deploys nothing.'
    type: 'CustomRole'
    assignableScopes: [resourceGroup().id]
    permissions: [
      {
        actions: [
          'Microsoft.MachineLearningServices/workspaces/read'
          'Microsoft.MachineLearningServices/workspaces/components/versions/read'
          'Microsoft.MachineLearningServices/workspaces/data/versions/read'
          'Microsoft.MachineLearningServices/workspaces/data/versions/write'
          'Microsoft.MachineLearningServices/workspaces/jobs/read'
          'Microsoft.MachineLearningServices/workspaces/jobs/write'
          'Microsoft.MachineLearningServices/workspaces/jobs/cancel/action'
          'Microsoft.MachineLearningServices/workspaces/models/read'
          'Microsoft.MachineLearningServices/workspaces/models/versions/read'
          'Microsoft.MachineLearningServices/workspaces/models/versions/write'
          'Microsoft.MachineLearningServices/workspaces/codes/versions/read'
          'Microsoft.MachineLearningServices/workspaces/environments/read'
          'Microsoft.MachineLearningServices/workspaces/environments/versions/read'
          'Microsoft.MachineLearningServices/workspaces/computes/read'
          'Microsoft.MachineLearningServices/workspaces/datastores/read'
          'Microsoft.MachineLearningServices/workspaces/experiments/read'
          'Microsoft.MachineLearningServices/workspaces/experiments/runs/read'
          'Microsoft.MachineLearningServices/workspaces/experiments/runs/write'
        ]
      }
    ]
  }
}

// The code of a job mounts data, writes its output by the role on storage, and logs metrics. It starts nothing.
resource job 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(short, 'job')
  properties: {
    roleName: 'MLOps job (${environmentName}-${suffix})'
    description: 'What the code of a training job does: reads its inputs, logs metrics.'
    type: 'CustomRole'
    assignableScopes: [resourceGroup().id]
    permissions: [
      {
        actions: [
          'Microsoft.MachineLearningServices/workspaces/read'
          'Microsoft.MachineLearningServices/workspaces/jobs/read'
          'Microsoft.MachineLearningServices/workspaces/data/versions/read'
          'Microsoft.MachineLearningServices/workspaces/models/versions/read'
          'Microsoft.MachineLearningServices/workspaces/datastores/read'
          'Microsoft.MachineLearningServices/workspaces/experiments/read'
          'Microsoft.MachineLearningServices/workspaces/experiments/runs/read'
          'Microsoft.MachineLearningServices/workspaces/experiments/runs/write'
          'Microsoft.MachineLearningServices/workspaces/metrics/*/write'
        ]
      }
    ]
  }
}

resource deployer 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(short, 'deployer')
  properties: {
    roleName: 'MLOps deployer (${environmentName}-${suffix})'
    description: 'Deploys models to managed endpoints; trains nothing.'
    type: 'CustomRole'
    assignableScopes: [resourceGroup().id]
    permissions: [
      {
        actions: [
          'Microsoft.MachineLearningServices/workspaces/read'
          'Microsoft.MachineLearningServices/workspaces/models/read'
          'Microsoft.MachineLearningServices/workspaces/models/versions/read'
          'Microsoft.MachineLearningServices/workspaces/models/versions/write'
          'Microsoft.MachineLearningServices/workspaces/onlineEndpoints/read'
          'Microsoft.MachineLearningServices/workspaces/onlineEndpoints/write'
          'Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments/read'
          'Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments/write'
          'Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments/delete'
          'Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments/getLogs/action'
          'Microsoft.MachineLearningServices/workspaces/environments/read'
          'Microsoft.MachineLearningServices/workspaces/environments/versions/read'
          'Microsoft.MachineLearningServices/workspaces/codes/versions/read'
        ]
      }
    ]
  }
}

resource reader 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(short, 'reader')
  properties: {
    roleName: 'MLOps registry reader (${environmentName}-${suffix})'
    description: 'Reads models of the registry; no datastore credentials.'
    type: 'CustomRole'
    assignableScopes: [resourceGroup().id]
    permissions: [
      {
        actions: [
          'Microsoft.MachineLearningServices/workspaces/read'
          'Microsoft.MachineLearningServices/workspaces/models/read'
          'Microsoft.MachineLearningServices/workspaces/models/versions/read'
        ]
      }
    ]
  }
}

resource train 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principal in trainers: {
    name: guid(workspace.id, principal, 'trainer')
    scope: workspace
    properties: { principalId: principal, principalType: 'ServicePrincipal', roleDefinitionId: trainer.id }
  }
]

resource run 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principal in jobIdentities: {
    name: guid(workspace.id, principal, 'job')
    scope: workspace
    properties: { principalId: principal, principalType: 'ServicePrincipal', roleDefinitionId: job.id }
  }
]

resource deploy 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principal in deployers: {
    name: guid(workspace.id, principal, 'deployer')
    scope: workspace
    properties: { principalId: principal, principalType: 'ServicePrincipal', roleDefinitionId: deployer.id }
  }
]

resource look 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principal in readers: {
    name: guid(workspace.id, principal, 'reader')
    scope: workspace
    properties: { principalId: principal, principalType: 'ServicePrincipal', roleDefinitionId: reader.id }
  }
]

output id string = workspace.id
output name string = workspace.name
