using WebFarm.Processes;

if (args is [Guard.Command, ..])
{
    return await Guard.RunAsync(args);
}

return 0;
