// Everything the system needs in one resource group. `azd up` deploys it; docs/deploy.md walks through it.
targetScope = 'subscription'

import { environment } from 'modules/names.bicep'

@minLength(2)
@maxLength(16)
@description('Names the environment; part of every resource name: lower-case letters, digits and hyphens between them.')
param environmentName string

@description('Where everything is. It must offer Flex Consumption and Azure Machine Learning.')
param location string

@description('Object id of the Microsoft Entra group whose members administer the database, write to the lake and keep the secrets of the settings.')
param administratorsId string

@description('Name of that group, as it appears in Microsoft Entra ID.')
param administratorsName string

@description('Also make an Azure Data Explorer cluster for telemetry windows. It costs money while it runs.')
param withDataExplorer bool = false

@description('An existing Azure Data Explorer database for telemetry windows, as kusto:https://<cluster>/<database>; empty: windows of what lands in the lake.')
param telemetryUrl string = ''

@description('E-mail address that alerts of the platform go to; empty: none.')
param alertEmail string = ''

@description('The secret alert-webhooks is in the settings vault: the setting ALERT_WEBHOOKS refers to it.')
param withAlertWebhooks bool = false

@description('Make a key and sign certificates of models with it. Certificates from before are then asked for a signature by hand.')
param withSigning bool = false

@description('Settings of the apps that differ from the template, as NAME=value;NAME=value. What is changed by hand in the portal is undone by the next deployment.')
param settings string = ''

@allowed([2048, 4096])
@description('Memory of an instance of the ingest app. Two environments in one region need 2048.')
param ingestMemoryMb int = 2048

@allowed(['process', 'azureml', 'azureml-spark'])
@description('Who scores windows of very many rows: the score app itself, parallel jobs of the workspace, or its Spark jobs. With jobs the score app gets the role MLOps trainer.')
param scoringEngine string = 'process'

@description('Keep copies of data and backups in other zones; false in a region without zones.')
param zones bool = true

@description('Deleted vaults cannot be purged: safer, but the name of the environment stays taken for 30 days after it was taken down.')
param purgeProtection bool = true

@description('When timers look at the database although nothing was written, as NCRONTAB; empty: once a day, so that it pauses. Where a lost event has to be found in minutes: 0 */5 * * * *')
param idleSchedule string = ''

@allowed(['Basic', 'Standard', 'Premium'])
@description('Size of the registry of images.')
param registrySku string = 'Basic'

@description('Client id of the application that sends telemetry to the Azure Data Explorer cluster made here; empty: none.')
param telemetryIngestorId string = ''

var name = environment(environmentName)
var tags = { 'azd-env-name': name }

resource group 'Microsoft.Resources/resourceGroups@2025-03-01' = {
  name: 'rg-mlops-${name}'
  location: location
  tags: tags
}

module resources 'resources.bicep' = {
  name: 'resources'
  scope: group
  params: {
    environmentName: name
    location: location
    tags: tags
    administratorsId: administratorsId
    administratorsName: administratorsName
    withDataExplorer: withDataExplorer
    telemetryUrl: telemetryUrl
    alertEmail: alertEmail
    withAlertWebhooks: withAlertWebhooks
    withSigning: withSigning
    ownSettings: settings
    ingestMemoryMb: ingestMemoryMb
    scoringEngine: scoringEngine
    zones: zones
    purgeProtection: purgeProtection
    idleSchedule: idleSchedule
    registrySku: registrySku
    telemetryIngestorId: telemetryIngestorId
  }
}

output AZURE_RESOURCE_GROUP string = group.name
output SERVICE_INGEST_NAME string = resources.outputs.ingestName
output SERVICE_DEPLOY_NAME string = resources.outputs.deployName
output SERVICE_SCORE_NAME string = resources.outputs.scoreName
output DATA_ACCOUNT string = resources.outputs.dataAccount
output LAKE_URL string = resources.outputs.lakeUrl
output DATABASE_SERVER string = resources.outputs.databaseServer
output DATABASE_NAME string = resources.outputs.databaseName
output SETTINGS_VAULT string = resources.outputs.settingsVault
output WORKSPACE_NAME string = resources.outputs.workspaceName
output IDENTITIES object = resources.outputs.identities
