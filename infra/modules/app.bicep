// One function app on Flex Consumption: the same package as the others, with the functions of others switched off.
param name string
param service string
param location string
param tags object

@description('{ id, principalId, clientId } of the app.')
param identity object

@description('The account of this host alone: package, locks, diagnostics.')
param hostAccount string

@description('The account of the queues between the apps.')
param queueAccount string

param insightsConnectionString string
param vaultUri string

@description('Functions of the package that do not run in this app.')
param disabled array

@description('Settings of this app beside those every app has.')
param settings object

@minValue(40) // The platform accepts no fewer.
@description('Instances this app may grow to.')
param maximumInstances int = 40

@allowed([512, 2048, 4096])
param memoryMb int = 2048

@description('Messages that an instance takes from a queue at once, and the number left at which it takes more.')
param messages { batch: int, threshold: int }

@description('HTTP requests that an instance answers at once, as host.json allows; more make another instance.')
param requestsAtOnce int = 32

var off = reduce(disabled, {}, (all, function) => union(all, { 'AzureWebJobs.${function}.Disabled': 'true' }))
var common = {
  AzureWebJobsStorage__blobServiceUri: host.properties.primaryEndpoints.blob
  AzureWebJobsStorage__tableServiceUri: host.properties.primaryEndpoints.table
  AzureWebJobsStorage__queueServiceUri: queueHost.properties.primaryEndpoints.queue
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identity.clientId
  AzureWebJobsSecretStorageType: 'keyvault'
  AzureWebJobsSecretStorageKeyVaultUri: vaultUri
  AzureWebJobsSecretStorageKeyVaultClientId: identity.clientId
  AzureWebJobsDisableHomepage: 'true'
  APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.clientId};Authorization=AAD'
  AZURE_CLIENT_ID: identity.clientId
  AZURE_CREDENTIAL: 'managed:${identity.clientId}'
  AzureFunctionsJobHost__extensions__queues__batchSize: string(messages.batch)
  AzureFunctionsJobHost__extensions__queues__newBatchThreshold: string(messages.threshold)
  // The package is read-only: what is written at all (a log of records) goes to the temporary folder.
  MLOPS_HOME: '/tmp/mlops'
}

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: 'plan-${name}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

resource host 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: hostAccount
}

resource queueHost 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: queueAccount
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': service })
  kind: 'functionapp,linux'
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${identity.id}': {} } }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identity.id
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      remoteDebuggingEnabled: false
      http20Enabled: true
      cors: { allowedOrigins: [] }
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${host.properties.primaryEndpoints.blob}package'
          authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identity.id }
        }
      }
      runtime: { name: 'python', version: '3.13' }
      scaleAndConcurrency: {
        maximumInstanceCount: maximumInstances
        instanceMemoryMB: memoryMb
        // Without it an instance answers one request at a time.
        triggers: { http: { perInstanceConcurrency: requestsAtOnce } }
      }
    }
  }
}

resource appSettings 'Microsoft.Web/sites/config@2025-03-01' = {
  parent: app
  name: 'appsettings'
  properties: union(common, settings, off)
}

resource ftp 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: app
  name: 'ftp'
  properties: { allow: false }
}

resource scm 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: app
  name: 'scm'
  properties: { allow: false }
}

output id string = app.id
output name string = app.name
output host string = app.properties.defaultHostName
