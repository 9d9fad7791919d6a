// Which of the given names infra/modules/names.bicep accepts, and what it says of one; only tests evaluate this.
import { environment, isEnvironmentName } from '../../infra/modules/names.bicep'

param names array
param name string = 'dev'

output accepted array = filter(names, one => isEnvironmentName(one))
output chosen string = environment(name)
