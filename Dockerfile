# Astro CLI project: `astro dev start`. Another way to run on one machine is docker-compose.yaml.
# requirements.txt and packages.txt beside this file are installed by the image itself.
FROM astrocrpublic.azurecr.io/runtime:3.3-7-python-3.11

ENV AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME=0.1
