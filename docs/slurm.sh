#!/bin/bash
#SBATCH --job-name=study --requeue --open-mode=append --signal=B:TERM@120
#SBATCH --output=runs/slurm/%x-%a.log
# A task of a Slurm array runs one line of a file of commands, such as `python -m gan study --list` prints; see
# docs/scale.md. A task that must stop saves its state, and goes on from there when Slurm starts it again.
set -m  # a command that runs in the background is a group of processes, and can be told to stop like by Ctrl-C
command=$(sed -n "${SLURM_ARRAY_TASK_ID}p" "${1:?the file of commands}")
export OMP_NUM_THREADS=${SLURM_CPUS_PER_TASK:-1} MKL_NUM_THREADS=${SLURM_CPUS_PER_TASK:-1}

stop() {  # DVC waits until the training has saved its state, and removes its copy of the project
    stopped=yes
    kill -INT -- "-$running"
}
trap stop TERM

for attempt in 1 2; do
    echo "task $SLURM_ARRAY_TASK_ID, start $((${SLURM_RESTART_COUNT:-0} + 1)), attempt $attempt," \
        "GPU ${CUDA_VISIBLE_DEVICES:-none}: $command"
    eval "$command" &
    running=$!
    while kill -0 "$running" 2>/dev/null; do wait "$running"; status=$?; done
    if [ "$stopped" ]; then
        scontrol requeue "$SLURM_JOB_ID"  # after a preemption, Slurm has done so already
        exit "$status"
    fi
    [ "$status" = 0 ] && exit 0
done
exit "$status"
