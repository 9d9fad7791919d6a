// Which of the given names infra/modules/names.bicep accepts; only tests evaluate this.
import { isEnvironmentName } from '../../infra/modules/names.bicep'

param names array

output accepted array = filter(names, name => isEnvironmentName(name))
