// What an environment may be called: its name is part of the names of resources, whose rules differ.
var letters = 'abcdefghijklmnopqrstuvwxyz0123456789'
var accepted = 'lower-case letters, digits and hyphens between them, 2 to 16 in all'

func isPart(letter string) bool => contains('${letters}-', letter)

func isEnd(letter string) bool => contains(letters, letter)

@export()
@description('Whether every service accepts the name: ^[a-z0-9]([a-z0-9-]*[a-z0-9])?$, 2 to 16 characters.')
func isEnvironmentName(name string) bool =>
  length(name) >= 2 && length(name) <= 16 && isEnd(first(name)) && isEnd(last(name)) && empty(filter(
    map(range(0, length(name)), place => substring(name, place, 1)),
    letter => !isPart(letter)
  ))

@export()
@description('The name; ends the deployment before anything is made when a service would refuse it.')
func environment(name string) string =>
  isEnvironmentName(name)
    ? name
    : fail('The environment cannot be called "${name}": accepted are ${accepted}. Make another with `azd env new`.')
