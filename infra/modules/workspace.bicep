// Azure Machine Learning: a workspace that reads its storage by identity, and a cluster that shrinks to nothing.
param environmentName string
param suffix string
param location string
param tags object
param accountId string
param vaultId string
param insightsId string

@description('The identity of the training compute.')
param compute object

@description('Principals that start training runs and read the registry.')
param trainers array

@description('Principals that deploy to managed endpoints and read the registry.')
param deployers array

@description('Principals that read the registry only.')
param readers array

var roleIds = loadJsonContent('../roles.json')
var short = guid(resourceGroup().id, 'mlops')

resource registry 'Microsoft.ContainerRegistry/registries@2023-07-01' = {
  name: 'crmlops${suffix}'
  location: location
  tags: tags
  sku: { name: 'Standard' }
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

resource cluster 'Microsoft.MachineLearningServices/workspaces/computes@2024-10-01' = {
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

// The built-in roles let a trainer deploy and a reader list datastore credentials; these do not.
resource trainer 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(short, 'trainer')
  properties: {
    roleName: 'MLOps trainer (${environmentName}-${suffix})'
    description: 'Starts and watches training jobs, registers data and models; deploys nothing.'
    type: 'CustomRole'
    assignableScopes: [resourceGroup().id]
    permissions: [
      {
        actions: [
          'Microsoft.MachineLearningServices/workspaces/read'
          'Microsoft.MachineLearningServices/workspaces/jobs/*'
          'Microsoft.MachineLearningServices/workspaces/experiments/*'
          'Microsoft.MachineLearningServices/workspaces/data/read'
          'Microsoft.MachineLearningServices/workspaces/data/versions/read'
          'Microsoft.MachineLearningServices/workspaces/data/versions/write'
          'Microsoft.MachineLearningServices/workspaces/models/read'
          'Microsoft.MachineLearningServices/workspaces/models/versions/read'
          'Microsoft.MachineLearningServices/workspaces/models/versions/write'
          'Microsoft.MachineLearningServices/workspaces/components/*/read'
          'Microsoft.MachineLearningServices/workspaces/components/versions/write'
          'Microsoft.MachineLearningServices/workspaces/codes/*/read'
          'Microsoft.MachineLearningServices/workspaces/codes/versions/write'
          'Microsoft.MachineLearningServices/workspaces/environments/read'
          'Microsoft.MachineLearningServices/workspaces/environments/versions/read'
          'Microsoft.MachineLearningServices/workspaces/environments/write'
          'Microsoft.MachineLearningServices/workspaces/environments/build/action'
          'Microsoft.MachineLearningServices/workspaces/environments/readSecrets/action'
          'Microsoft.MachineLearningServices/workspaces/computes/read'
          'Microsoft.MachineLearningServices/workspaces/datastores/read'
          'Microsoft.MachineLearningServices/workspaces/metadata/*/read'
          'Microsoft.MachineLearningServices/workspaces/metadata/artifacts/write'
          'Microsoft.MachineLearningServices/workspaces/metadata/codes/*/write'
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
          'Microsoft.MachineLearningServices/workspaces/onlineEndpoints/*'
          'Microsoft.MachineLearningServices/workspaces/environments/read'
          'Microsoft.MachineLearningServices/workspaces/environments/versions/read'
          'Microsoft.MachineLearningServices/workspaces/codes/*/read'
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
