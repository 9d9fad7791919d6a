// Event Grid: what lands in the lake and what the registry registers reaches the functions. Deployed after the code,
// since a subscription needs the function it delivers to. Delivery, retries and dead letters as in docs/operations.md.
param environmentName string
param location string = resourceGroup().location
param tags object = { 'azd-env-name': environmentName }
param dataAccount string

@description('The system topic that the account has already: it can have one only, and Defender for Storage makes one.')
param dataTopicName string = 'evgst-data-${environmentName}'

param workspaceName string
param ingestName string
param deployName string

var lakeContainer = 'mlops'
var deadLetterContainer = 'deadletters'

resource account 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: dataAccount
}

resource workspace 'Microsoft.MachineLearningServices/workspaces@2025-06-01' existing = {
  name: workspaceName
}

resource dataTopic 'Microsoft.EventGrid/systemTopics@2025-02-15' = {
  name: dataTopicName
  location: location
  tags: tags
  identity: { type: 'SystemAssigned' }
  properties: { source: account.id, topicType: 'Microsoft.Storage.StorageAccounts' }
}

resource modelTopic 'Microsoft.EventGrid/systemTopics@2025-02-15' = {
  name: 'evgst-model-${environmentName}'
  location: location
  tags: tags
  identity: { type: 'SystemAssigned' }
  properties: { source: workspace.id, topicType: 'Microsoft.MachineLearningServices.Workspaces' }
}

// The name of a role assignment holds the principal: a topic that is made anew gets one of its own.
module dataKeepsDeadLetters 'modules/grants.bicep' = {
  name: 'data-dead-letters'
  params: {
    accountName: account.name
    grants: [
      {
        principalId: dataTopic.identity.principalId
        role: 'Storage Blob Data Contributor'
        container: deadLetterContainer
      }
    ]
  }
}

module modelKeepsDeadLetters 'modules/grants.bicep' = {
  name: 'model-dead-letters'
  params: {
    accountName: account.name
    grants: [
      {
        principalId: modelTopic.identity.principalId
        role: 'Storage Blob Data Contributor'
        container: deadLetterContainer
      }
    ]
  }
}

resource dataEvents 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = {
  parent: dataTopic
  name: 'data-event'
  dependsOn: [dataKeepsDeadLetters]
  properties: {
    eventDeliverySchema: 'CloudEventSchemaV1_0'
    destination: {
      endpointType: 'AzureFunction'
      properties: {
        resourceId: resourceId('Microsoft.Web/sites/functions', ingestName, 'data_event')
        maxEventsPerBatch: 1
        preferredBatchSizeInKilobytes: 64
      }
    }
    filter: {
      subjectBeginsWith: '/blobServices/default/containers/${lakeContainer}/blobs/'
      includedEventTypes: ['Microsoft.Storage.BlobCreated', 'Microsoft.Storage.BlobRenamed']
      enableAdvancedFilteringOnArrays: false
      advancedFilters: [
        {
          operatorType: 'StringBeginsWith'
          key: 'subject'
          values: [
            '/blobServices/default/containers/${lakeContainer}/blobs/incoming/'
            '/blobServices/default/containers/${lakeContainer}/blobs/scoring/'
            '/blobServices/default/containers/${lakeContainer}/blobs/actuals/'
          ]
        }
      ]
    }
    retryPolicy: { maxDeliveryAttempts: 30, eventTimeToLiveInMinutes: 1440 }
    deadLetterWithResourceIdentity: {
      identity: { type: 'SystemAssigned' }
      deadLetterDestination: {
        endpointType: 'StorageBlob'
        properties: { resourceId: account.id, blobContainerName: deadLetterContainer }
      }
    }
  }
}

resource modelEvents 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = {
  parent: modelTopic
  name: 'model-event'
  dependsOn: [modelKeepsDeadLetters]
  properties: {
    eventDeliverySchema: 'CloudEventSchemaV1_0'
    destination: {
      endpointType: 'AzureFunction'
      properties: {
        resourceId: resourceId('Microsoft.Web/sites/functions', deployName, 'model_event')
        maxEventsPerBatch: 1
        preferredBatchSizeInKilobytes: 64
      }
    }
    filter: {
      includedEventTypes: [
        'Microsoft.MachineLearningServices.ModelRegistered'
        'Microsoft.MachineLearningServices.RunCompleted'
        'Microsoft.MachineLearningServices.RunStatusChanged'
      ]
    }
    retryPolicy: { maxDeliveryAttempts: 30, eventTimeToLiveInMinutes: 1440 }
    deadLetterWithResourceIdentity: {
      identity: { type: 'SystemAssigned' }
      deadLetterDestination: {
        endpointType: 'StorageBlob'
        properties: { resourceId: account.id, blobContainerName: deadLetterContainer }
      }
    }
  }
}
