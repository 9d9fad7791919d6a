// Alerts of the platform: what the system's own alerts cannot tell because it does not run.
param environmentName string
param location string
param tags object
param insightsId string
param logsId string
param email string

resource receivers 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-mlops-${environmentName}'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'mlops'
    enabled: true
    emailReceivers: empty(email) ? [] : [{ name: 'on-call', emailAddress: email, useCommonAlertSchema: true }]
  }
}

resource silence 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = {
  name: 'mlops-no-sweep-${environmentName}'
  location: location
  tags: tags
  properties: {
    displayName: 'No sweep ran for 15 minutes'
    description: 'A reconcile timer is silent: nothing lost is found again. See docs/operations.md.'
    severity: 1
    enabled: true
    scopes: [insightsId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    criteria: {
      allOf: [
        {
          query: 'requests | where name in ("reconcile", "reconcile_releases") and success == true | distinct name'
          timeAggregation: 'Count'
          operator: 'LessThan'
          threshold: 2
        }
      ]
    }
    actions: { actionGroups: [receivers.id] }
  }
}

resource failures 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = {
  name: 'mlops-failures-${environmentName}'
  location: location
  tags: tags
  properties: {
    displayName: 'Functions fail'
    description: 'More than ten failed invocations in 15 minutes. See docs/operations.md.'
    severity: 2
    enabled: true
    scopes: [insightsId]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT15M'
    criteria: {
      allOf: [
        {
          // A row of the log may stand for several calls.
          query: 'requests | where success == false | summarize failures = sum(itemCount)'
          metricMeasureColumn: 'failures'
          timeAggregation: 'Total'
          operator: 'GreaterThan'
          threshold: 10
        }
      ]
    }
    actions: { actionGroups: [receivers.id] }
  }
}

resource quota 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = {
  name: 'mlops-log-quota-${environmentName}'
  location: location
  tags: tags
  properties: {
    displayName: 'The logs reached their daily quota'
    description: 'Nothing is logged until tomorrow: other alerts are blind, or take the silence for a failure. See docs/operations.md.'
    severity: 1
    enabled: true
    scopes: [logsId]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT30M'
    criteria: {
      allOf: [
        {
          query: '_LogOperation | where Category =~ "Ingestion" | where Detail has "OverQuota"'
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
        }
      ]
    }
    actions: { actionGroups: [receivers.id] }
  }
}

// The platform's own metric of queues is refreshed once a day; the sweep looks at every queue itself.
resource backlog 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = {
  name: 'mlops-waiting-${environmentName}'
  location: location
  tags: tags
  properties: {
    displayName: 'Messages wait for more than half an hour'
    description: 'The oldest message of a queue is older than 30 minutes. See docs/operations.md and docs/scale.md.'
    severity: 2
    enabled: true
    scopes: [insightsId]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT15M'
    criteria: {
      allOf: [
        {
          query: 'customMetrics | where name == "mlops.queue.oldest" | project timestamp, queue = tostring(customDimensions.queue), oldest = valueMax'
          metricMeasureColumn: 'oldest'
          dimensions: [{ name: 'queue', operator: 'Include', values: ['*'] }]
          timeAggregation: 'Maximum'
          operator: 'GreaterThan'
          threshold: 1800
        }
      ]
    }
    actions: { actionGroups: [receivers.id] }
  }
}
