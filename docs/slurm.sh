#!/bin/bash
#SBATCH --job-name=study --requeue --open-mode=append --signal=B:TERM@120
#SBATCH --output=runs/slurm/%x-%a.log
# A task of a Slurm array runs one line of a file of commands, such as `python -m gan study --list` prints; see
# docs/scale.md. A task that must stop saves its state, and goes on from there when Slurm starts it again.
set -m  # a command that runs in the background is a group of processes, and can be told to stop like by Ctrl-C
list=${1:?the file of commands} task=${SLURM_ARRAY_TASK_ID:?start this script by sbatch --array=1-N}
command=$(sed -n "${task}p" "$list")
[ "$command" ] || { echo "error: $list has no line $task" >&2; exit 1; }
export OMP_NUM_THREADS=${SLURM_CPUS_PER_TASK:-1} MKL_NUM_THREADS=${SLURM_CPUS_PER_TASK:-1}

stop() {  # DVC waits until the training has saved its state, and removes its copy of the project
    stops=$((stops + 1))
    [ "$running" ] && kill -INT -- "-$running"
}
stops=
trap stop TERM

for attempt in 1 2; do
    echo "task $task, start $((${SLURM_RESTART_COUNT:-0} + 1)), attempt $attempt," \
        "GPU ${CUDA_VISIBLE_DEVICES:-none}: $command"
    eval "$command" &
    running=$!
    [ "$stops" ] && stop  # told so before there was anything to stop
    # Being told to stop ends a wait with a status of its own; the next one has that of the command, even if it has ended.
    while before=$stops; wait "$running"; status=$?; [ "$stops" != "$before" ]; do :; done
    [ "$status" = 0 ] && exit 0
    if [ "$stops" ]; then
        # Slurm itself starts a task again after a preemption, and one that was cancelled shall not come back.
        [ "$(squeue --noheader --format=%T --jobs="$SLURM_JOB_ID")" = RUNNING ] && scontrol requeue "$SLURM_JOB_ID"
        exit "$status"
    fi
done
exit "$status"
