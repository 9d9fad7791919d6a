// Calls every route with the client that NSwag made; prints statuses and types of the answers.
// mono call.exe FACTS
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Threading.Tasks;
using Made;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

static class CallEveryRoute
{
    static readonly Dictionary<string, object[]> Told = new Dictionary<string, object[]>();
    const ScenarioName Points = ScenarioName.Points;
    static JObject facts;

    static Client As(string scope)
    {
        var http = new HttpClient();
        http.DefaultRequestHeaders.Add("x-functions-key", (string)facts["keys"][scope]);
        return new Client(http) { BaseUrl = (string)facts["url"] };
    }

    static T Call<T>(string name, Task<SwaggerResponse<T>> asked)
    {
        SwaggerResponse<T> answer;
        try { answer = asked.GetAwaiter().GetResult(); }
        catch (ApiException error)
        {
            // An answer that its types have no place for: all others are an error.
            if (!(error.InnerException is JsonException)) throw new Exception($"{name}: {error.Message}");
            Told[name] = new object[] { error.StatusCode, "unread" };
            return default(T);
        }
        Told[name] = new object[] { answer.StatusCode, answer.Result == null ? "undefined" : answer.Result.GetType().Name };
        return answer.Result;
    }

    static void Check(bool holds, string what)
    {
        if (!holds) throw new Exception(what);
    }

    static void Score(Client client)
    {
        var row = new ScorePricesRow { X = 0.4f, Z = 0.1f };
        var prices = new ScorePricesRequest { Inputs = new ScorePricesInputs { Data = new[] { row } } };
        Check(Call("scoreprices", client.ScorePricesAsync(null, null, prices)).Results.Single() != null, "a price");
        Check(Call("v2server", client.V2ServerAsync()).Name != "", "the server's name");
        Check(Call("v2live", client.V2LiveAsync()).Live, "it lives");
        Check(Call("v2ready", client.V2ReadyAsync()).Ready, "it is ready");
        Check(Call("v2model", client.V2ModelAsync(Points)).Inputs.First().Name == "x", "the model's first input");
        Check(Call("v2modelready", client.V2ModelReadyAsync(Points)).Ready, "the model is ready");
    }

    static void Train(Client client)
    {
        var parameters = new Parameters { Profile = ParametersProfile.Demo, Trials = 3, Patience = 2, Concurrency = 1 };
        var body = new SubmissionBody { ExperimentName = "a client", ParameterAssignments = parameters };
        string name = (string)facts["name"];
        var run = Call("pipelinesubmit", client.PipelineSubmitAsync(Points, name, body));
        Check(Call("pipelineruns", client.PipelineRunsAsync(Points)).Runs.Any(one => one.Id == run.Id), "the run is listed");
        Check(Call("pipelinerun", client.PipelineRunAsync(Points, run.Id)).Status == RunAnswerStatus.Requested, "requested");
        Call("pipelinecancel", client.PipelineCancelAsync(Points, run.Id));
    }

    static void Operate(Client client)
    {
        var label = new ActualsPointsLabel { Id = (long)facts["entity"], Y = "yes" };
        Call("actualspoints", client.ActualsPointsAsync(new ActualsPointsRequest { Data = new[] { label } }));
        var wanted = new BaselineRequest { Dataset = (string)facts["dataset"], By = "ada", Reason = "looked at" };
        Check(Call("baselineaccept", client.BaselineAcceptAsync(Points, wanted)).Dataset == wanted.Dataset, "the baseline");
        var work = new WorkRequest { Kind = "drop", Key = (string)facts["failed"], By = "ada", Reason = "only a trial" };
        Check(Call("failureacknowledge", client.FailureAcknowledgeAsync(work)).Key == work.Key, "acknowledged");
        Call("workreplay", client.WorkReplayAsync(work));
        long prediction = (long)facts["prediction"];
        Call("trace", client.TraceAsync(Points, prediction));
        Call("health", client.HealthAsync());
        Check(Call("status", client.StatusAsync()).Scenarios["points"].Model == "points:2", "what serves");
        Call("dashboardpage", client.DashboardPageAsync(PageName.Overview, Points, null, null, null, null));
        Check(Call("openapi", client.OpenapiAsync()).Openapi.StartsWith("3.1"), "the document");
        Call("releasestatus", client.ReleaseStatusAsync(Points, 1));
    }

    static void Release(Client approver, Client client)
    {
        string id = (string)facts["approval"];
        Check(Call("approvals", approver.ApprovalsAsync()).Approvals.Any(one => one.Id == id), "the approval is listed");
        Call("approval", approver.ApprovalAsync(id));
        var decision = new Decision { Decision1 = DecisionDecision.Reject, By = "ada", Reason = "only a trial", Version = 1 };
        Check(Call("approve", approver.ApproveAsync(id, decision)).State == DecidedAnswerState.Rejected, "rejected");
        var back = new RollbackRequest { By = "ada", Reason = "only a trial" };
        Check(Call("rollback", client.RollbackAsync(Points, back)).Version == 1, "the version before");
    }

    static void Main(string[] arguments)
    {
        facts = JObject.Parse(File.ReadAllText(arguments[0]));
        Score(As("score"));
        Train(As("operate"));
        Operate(As("operate"));
        Release(As("approve"), As("operate"));
        Console.WriteLine(JsonConvert.SerializeObject(Told));
    }
}
